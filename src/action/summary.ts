import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The runner drops a summary of more than 1 MiB; the last part is ours to say so. */
export const summaryLimitBytes = 1024 * 1024;

/**
 * The job summary of a run: the Markdown report beside its evidence, cut at a line where it would be too long.
 * @param folder of the evidence
 * @param alreadyBytes size of what earlier parts of this step have written
 * @returns null when there is no report
 */
export function summaryOf(folder: string, alreadyBytes = 0): string | null {
  const file = join(folder, 'report.md');
  return existsSync(file) ? fitted(readFileSync(file, 'utf8'), summaryLimitBytes - alreadyBytes) : null;
}

/**
 * Cuts a text at the end of a line so that it has at most so many bytes, and says that something is missing.
 * @param text Markdown
 * @param limit bytes of UTF-8
 * @returns the text, or its first part and a note
 */
export function fitted(text: string, limit: number): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= limit) return text;
  const note =
    '\n\n_The rest does not fit here (a summary may have 1 MiB). It is in the report: see the output `report`._\n';
  const room = Math.max(0, limit - Buffer.byteLength(note));
  const end = bytes.subarray(0, room).lastIndexOf(0x0a);
  return bytes.subarray(0, Math.max(end, 0)).toString('utf8') + note;
}
