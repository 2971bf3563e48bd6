import { dirname, join } from 'node:path';

import { execa } from 'execa';

import { keptPython } from '../../server/venv.ts';

/** One thing that hadolint minds. */
export interface Remark {
  readonly line: number;
  readonly code: string;
  readonly level: string;
  readonly message: string;
}

/**
 * What hadolint (github.com/hadolint/hadolint, from PyPI) says of a Dockerfile.
 * @param except ids of rules that do not count here
 */
export async function hadolint(dockerfile: string, except: readonly string[] = []): Promise<readonly Remark[]> {
  const python = await keptPython({
    name: 'hadolint',
    requirements: [new URL('requirements.txt', import.meta.url).pathname],
  });
  const flags = ['--no-color', '--no-fail', '--format', 'json', ...except.flatMap((id) => ['--ignore', id])];
  const { stdout } = await execa(join(dirname(python), 'hadolint'), [...flags, '-'], { input: dockerfile });
  return JSON.parse(stdout) as Remark[];
}
