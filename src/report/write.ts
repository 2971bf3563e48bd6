import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { htmlReport } from './html/index.ts';
import { markdownReport } from './markdown.ts';
import type { ReportRun } from './run.ts';

/** Where the reports of a run lie. */
export interface ReportFiles {
  readonly html: string;
  readonly markdown: string;
}

/** Writes `report.html` and `report.md` into a folder; a reader sees the old ones or the new ones, never a part. */
export async function writeReports(folder: string, runs: readonly ReportRun[]): Promise<ReportFiles> {
  await mkdir(folder, { recursive: true });
  const files = { html: join(folder, 'report.html'), markdown: join(folder, 'report.md') };
  await replace(files.html, htmlReport(runs));
  await replace(files.markdown, markdownReport(runs));
  return files;
}

async function replace(file: string, content: string): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, content);
  await rename(draft, file);
}
