import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MlDeployError } from '../../../errors.ts';

/**
 * Writes variables into a file that only this user can read, for the option `--env-file` of an engine, and removes it when `use` has
 * ended. Never through the environment of the command: there `LD_PRELOAD` would run code of the project as this user.
 * Throws `smoke/variable` for what such a file cannot say.
 */
export async function withEnvFile<T>(
  environment: Readonly<Record<string, string>>,
  use: (file: string) => Promise<T>,
): Promise<T> {
  const text = envFileText(environment);
  const folder = await mkdtemp(join(tmpdir(), 'ml-deploy-env-'));
  try {
    const file = join(folder, 'env');
    await writeFile(file, text, { mode: 0o600, flag: 'wx' });
    return await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The lines of such a file: nothing is quoted or escaped there. Throws `smoke/variable`. */
export function envFileText(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => {
      if (!/^[^\s=#*][^\s=*]*$/.test(name))
        throw notSayable(name, 'its name has characters that stand for something else there');
      if (['\n', '\r', '\0'].some((each) => value.includes(each)))
        throw notSayable(name, 'its value has more than one line');
      return `${name}=${value}\n`;
    })
    .join('');
}

function notSayable(name: string, why: string): MlDeployError {
  return new MlDeployError({
    code: 'smoke/variable',
    kind: 'usage',
    message: `The variable ${JSON.stringify(name)} cannot be given to a container of this machine: ${why}.`,
    hint: 'Change it in deploy.env, put the value into a file of the image, or set smoke.runtime to kubernetes.',
  });
}
