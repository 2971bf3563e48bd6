import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { cacheFolder, cacheKey } from '../cluster/build/cache.ts';
import { withLock } from '../cluster/build/lock.ts';
import { installPackages } from '../cluster/requirements.ts';

const execute = promisify(execFile);

/** What goes into a virtual environment. */
export interface VenvFacts {
  /** First part of its folder's name. */
  readonly name: string;
  /** Absolute paths of requirements files. */
  readonly requirements: readonly string[];
  /** Every requirement has a digest. */
  readonly hashed?: boolean;
  /** Debian packages whose Python modules it may import, each with a file it brings. */
  readonly debian?: Readonly<Record<string, string>>;
}

/**
 * A virtual environment of Debian's Python that outlives the checkout: made once per user and set of versions.
 * @param facts what is in it
 * @returns path of its Python
 */
export async function keptPython(facts: VenvFacts): Promise<string> {
  const key = cacheKey(facts.requirements.map((file) => readFileSync(file, 'utf8')));
  const folder = join(cacheFolder(), 'venvs', `${facts.name}-${key}`);
  const python = join(folder, 'bin/python');
  if (existsSync(join(folder, 'complete'))) return python;
  mkdirSync(join(cacheFolder(), 'venvs'), { recursive: true });
  const say = (): void => console.log('waiting for another test run that installs the Python packages');
  await withLock(`${folder}.lock`, say, async () => {
    if (existsSync(join(folder, 'complete'))) return;
    const wanted = { 'python3-venv': '/usr/share/doc/python3-venv/copyright', ...facts.debian };
    await installPackages((line) => console.log(line), wanted);
    rmSync(folder, { recursive: true, force: true });
    const shared = facts.debian === undefined ? [] : ['--system-site-packages'];
    await execute('/usr/bin/python3', ['-m', 'venv', ...shared, folder]);
    const hashes = facts.hashed === true ? ['--require-hashes'] : [];
    const pip = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...hashes];
    await execute(python, [...pip, ...facts.requirements.flatMap((file) => ['-r', file])]);
    mkdirSync(join(folder, 'complete.part'));
    renameSync(join(folder, 'complete.part'), join(folder, 'complete'));
  });
  return python;
}
