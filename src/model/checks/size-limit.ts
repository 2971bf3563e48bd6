import { largest, type WholeModel } from './check.ts';
import { count, percent } from '../../report/format.ts';
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

/** Size against the previous release; growth above `model.maxGrowth` fails. */
export function growthLimit(model: WholeModel, { previous, maxGrowth }: Policy): void {
  if (previous === null || previous.bytes === 0) return;
  const growth = (model.bytes - previous.bytes) / previous.bytes;
  const findings = largest(model)?.findings;
  if (maxGrowth !== null && growth > maxGrowth) {
    findings?.add(
      'policy/growth',
      null,
      `The model has ${model.bytes} bytes, ${percent(growth)} more than the previous release (${previous.bytes}); model.maxGrowth allows ${percent(maxGrowth)}.`,
    );
  } else if (Math.abs(growth) >= 0.01) {
    const way = growth > 0 ? 'more' : 'less';
    findings?.add(
      'size/growth',
      null,
      `The model has ${count(model.bytes)} bytes, ${percent(Math.abs(growth))} ${way} than the previous release.`,
    );
  }
}
