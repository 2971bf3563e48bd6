import { largest, type WholeModel } from './check.ts';
import type { Policy } from '../policy.ts';

/** `model.maxSize`: a model that is too large fails with its largest file. */
export function sizeLimit(model: WholeModel, { maxBytes }: Policy): void {
  if (maxBytes === null || model.bytes <= maxBytes) return;
  const more = model.bytes - maxBytes;
  largest(model)?.findings.add(
    'policy/size',
    null,
    `The model has ${model.bytes} bytes, ${more} more than model.maxSize allows (${maxBytes}).`,
  );
}
