import { join, posix } from 'node:path';
import type { ValidateEvidence } from '../pipeline/evidence.ts';
import { replaceFile } from '../replace-file.ts';
import { htmlReport } from './html/index.ts';
import { markdownReport } from './markdown.ts';
import type { ReportRun } from './run.ts';
import { validationOf } from './validation.ts';

const sarifName = 'validate.sarif';

/** Where the reports of a run lie. */
export interface ReportFiles {
  readonly html: string;
  readonly markdown: string;
}

/** Writes `report.html` and `report.md` into a folder; a reader sees the old ones or the new ones, never a part. */
export async function writeReports(folder: string, runs: readonly ReportRun[]): Promise<ReportFiles> {
  const files = { html: join(folder, 'report.html'), markdown: join(folder, 'report.md') };
  await replaceFile(files.html, htmlReport(runs));
  await replaceFile(files.markdown, markdownReport(runs));
  return files;
}

/**
 * Writes what validate found as `validate.sarif`, for code scanning.
 * @param folder for the reports
 * @param evidence of validate
 * @param project folder of mldeploy.yaml as seen from where services resolve paths, empty when it is the same
 */
export async function writeSarif(folder: string, evidence: ValidateEvidence, project: string): Promise<void> {
  const { sarifReport } = await import('./sarif.ts');
  const model = { ...evidence.model, path: posix.join(project, evidence.model.path) };
  await replaceFile(join(folder, sarifName), sarifReport(validationOf([{ ...evidence, model }])));
}
