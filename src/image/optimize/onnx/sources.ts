// Each file by its own literal URL: that form is what the bundler looks for.
import { readFile } from 'node:fs/promises';

const sources = {
  'requirements.txt': new URL('../tool/requirements.txt', import.meta.url),
  'tool/__main__.py': new URL('../tool/__main__.py', import.meta.url),
  'tool/answers.py': new URL('../tool/answers.py', import.meta.url),
  'tool/problem.py': new URL('../tool/problem.py', import.meta.url),
  'tool/questions.py': new URL('../tool/questions.py', import.meta.url),
  'tool/steps.py': new URL('../tool/steps.py', import.meta.url),
};

/** A file of the program that optimises ONNX models. */
export interface ToolFile {
  /** Relative to the folder of a run. */
  readonly path: string;
  readonly text: string;
}

/**
 * The program and its pinned and hashed requirements.
 * @returns sorted by path
 */
export async function toolFiles(): Promise<ToolFile[]> {
  return Promise.all(Object.entries(sources).map(async ([path, url]) => ({ path, text: await readFile(url, 'utf8') })));
}
