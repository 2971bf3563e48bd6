import { MlDeployError } from '../../../errors.ts';

/** Both engines read lines of at most this length, bytes. Source: Go, `bufio.MaxScanTokenSize`. */
const longestLine = 64 * 1024 - 1;

/**
 * Variables as the option `--env-file` of an engine reads them: nothing is quoted or escaped there. Never through the environment of the
 * command: there `LD_PRELOAD` would run code of the project as this user. Throws `smoke/variable` for what such a file cannot say.
 */
export function envFileText(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([name, value]) => {
      if (!/^[^\s=#*][^\s=*]*$/.test(name))
        throw notSayable(name, 'its name has characters that stand for something else there');
      if (['\n', '\r', '\0'].some((each) => value.includes(each)))
        throw notSayable(name, 'its value has more than one line');
      const line = `${name}=${value}`;
      if (Buffer.byteLength(line) > longestLine)
        throw notSayable(name, `with its value it has more than ${longestLine} bytes, the longest line that is read`);
      return `${line}\n`;
    })
    .join('');
}

/**
 * Refuses variables that this engine cannot be given, before anything is made. Throws `smoke/variable`.
 * @param environment of the container
 * @param engine that would get them
 * @param version of podman
 */
export function demandSayable(environment: Readonly<Record<string, string>>, engine: string, version: string): void {
  envFileText(environment);
  if (engine === 'podman') refuseUnreadable(environment, version);
}

/**
 * Podman 4.7, and no other version, reads these files as a shell would: quotes, comments and spaces would change the value, and an empty one
 * would be missing. Throws `smoke/variable`, before anything is made. Source: `pkg/env/env.go` of podman 4.6, 4.7 and 4.8.
 * @param environment of the container
 * @param version of podman
 */
export function refuseUnreadable(environment: Readonly<Record<string, string>>, version: string): void {
  if (!/^4\.7\./.test(version)) return;
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith('MLDEPLOY_') && value === '') continue;
    if (/^[^\s'"`#][^#]*$/.test(value)) continue;
    throw notSayable(
      name,
      `podman ${version} would change its value (quotes, #, spaces at the beginning) or leave it out`,
    );
  }
}

function notSayable(name: string, why: string): MlDeployError {
  return new MlDeployError({
    code: 'smoke/variable',
    kind: 'usage',
    message: `The variable ${JSON.stringify(name)} cannot be given to a container of this machine: ${why}.`,
    hint: 'Change it in deploy.env, put the value into a file of the image, or set smoke.runtime to kubernetes.',
  });
}
