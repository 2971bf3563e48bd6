import type { Policy } from '../policy.ts';
import type { WholeModel } from './check.ts';

/** Formats that stand beside every model and hold no weights. */
const beside: ReadonlySet<string> = new Set(['text', 'picture', 'json', 'yaml', 'none']);

/** `model.formats`: files of any other format fail, except documents. */
export function allowedFormats({ files }: WholeModel, { formats }: Policy): void {
  if (formats === null) return;
  for (const { findings, inspected } of files) {
    if (formats.includes(inspected.format) || beside.has(inspected.format)) continue;
    findings.add(
      'policy/format',
      null,
      `The format is ${inspected.format}; model.formats allows ${formats.join(', ')}.`,
    );
  }
}
