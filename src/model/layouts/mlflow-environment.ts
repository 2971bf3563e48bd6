import { posix } from 'node:path';
import type { InspectedFile } from '../inspect.ts';
import { printable } from '../../printable.ts';
import type { Unit } from './unit.ts';

/** Files that say what is installed for the model. */
const environments = ['requirements.txt', 'conda.yaml', 'python_env.yaml'];
const foreign =
  /^(-e\b|-i\b|-f\b|--(index-url|extra-index-url|find-links|editable|trusted-host)|[a-z+]+:\/\/|git\+|.* @ )/i;

/** Checks where the packages of the model come from, and whether their versions are fixed. */
export async function checkRequirements(unit: Unit, folder: string): Promise<void> {
  for (const name of environments) {
    const file = unit.file(posix.join(folder, name));
    const text = file === undefined ? null : await unit.text(file, 1024 * 1024);
    if (file !== undefined && text !== null) checkLines(unit, file, linesOf(name, text));
  }
}

function checkLines(unit: Unit, file: InspectedFile, lines: readonly string[]): void {
  const unpinned: string[] = [];
  for (const line of lines) {
    if (foreign.test(line)) {
      unit.add(file, 'mlflow/requirement', null, `It installs from "${printable(line)}".`);
    } else if (/^[A-Za-z0-9][\w.-]*(\[[\w, -]+\])?\s*([<>~!]=?|;|$)/.test(line)) unpinned.push(line);
  }
  if (unpinned.length > 0) {
    unit.add(file, 'mlflow/unpinned', null, `The version is not fixed: ${printable(unpinned.join(', '))}.`);
  }
}

/** The requirements of pip; conda and the tools that build environments keep pip apart. */
function linesOf(name: string, text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  if (name === 'requirements.txt') return lines.filter((line) => line !== '' && !line.startsWith('#'));
  const pip = name === 'conda.yaml' ? lines.slice(lines.findIndex((line) => /^- pip:$/.test(line)) + 1) : lines;
  const listed = pip.filter((line) => line.startsWith('- ')).map((line) => line.slice(2));
  const own = /^(pip|setuptools|wheel|python)\b|^-r\b/;
  return listed.filter((line) => !own.test(line) && !line.endsWith(':'));
}
