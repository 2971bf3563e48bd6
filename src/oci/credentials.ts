import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { MlDeployError } from '../errors.ts';
import { run } from '../process/run.ts';
import { cut } from '../cut.ts';

/** What a registry wants to know before it gives a token. */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  | { readonly kind: 'refresh-token'; readonly token: string };

/** Where credentials are looked up. */
export interface CredentialPlaces {
  /** Docker configuration folder, or null: `$HOME/.docker`. */
  readonly dockerConfig: string | null;
  /** For HOME, and for credential helpers on PATH. */
  readonly environment: Readonly<Record<string, string>>;
}

interface DockerConfig {
  readonly auths?: Readonly<Record<string, unknown>> | null;
  readonly credsStore?: unknown;
  readonly credHelpers?: Readonly<Record<string, unknown>> | null;
}

/**
 * Credentials for a registry, in the order in which Docker looks: the host's credential helper, the common credential store, the
 * configuration file itself.
 * @param host `host[:port]` in lower case
 * @param places where to look
 * @returns null when there are none, which public registries accept
 * @throws MlDeployError `registry/bad-credentials` when the configuration cannot be read or a helper fails
 */
export async function findCredentials(host: string, places: CredentialPlaces): Promise<Credentials | null> {
  const config = await readConfig(places);
  if (config === null) return null;
  const names = serverNames(host);
  const helper = underName(config.credHelpers, names);
  for (const program of [helper, config.credsStore]) {
    if (typeof program !== 'string' || program === '') continue;
    const found = await askHelper(program, names, places);
    if (found !== null) return found;
  }
  const entry = underName(config.auths, names);
  return entry === undefined ? null : fromEntry(entry);
}

/** The names under which tools have stored the same registry. */
function serverNames(host: string): string[] {
  const hosts = host === 'registry-1.docker.io' ? ['index.docker.io', 'docker.io', host] : [host];
  return hosts.flatMap((name) => [name, `https://${name}`, `https://${name}/v1/`, `https://${name}/v2/`]);
}

/** Somebody may have logged in with capitals in the name. */
function underName<Value>(
  values: Readonly<Record<string, Value>> | null | undefined,
  names: readonly string[],
): Value | undefined {
  const lower = new Map(Object.entries(values ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  return names.map((name) => lower.get(name)).find((found) => found !== undefined);
}

/**
 * Tells Buildah and Podman of Docker's credentials. They refuse a file that is not there, as where nobody has logged in.
 * @param dockerConfig folder of Docker's configuration
 * @returns the variable, or none
 */
export function authFileVariable(dockerConfig: string | null): Record<string, string> {
  const file = join(dockerConfig ?? '', 'config.json');
  return dockerConfig !== null && existsSync(file) ? { REGISTRY_AUTH_FILE: file } : {};
}

async function readConfig(places: CredentialPlaces): Promise<DockerConfig | null> {
  const folder = places.dockerConfig ?? join(places.environment['HOME'] ?? '/', '.docker');
  const file = join(folder, 'config.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (places.dockerConfig === null || isMissing(cause)) return null;
    throw bad(`${file} cannot be read`, cause);
  }
  try {
    return JSON.parse(text) as DockerConfig;
  } catch (cause) {
    throw bad(`${file} is not JSON`, cause);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/**
 * What an entry of `auths` says.
 * @param entry of a Docker configuration, whatever it is
 * @returns null when it names no credentials
 */
export function fromEntry(entry: unknown): Credentials | null {
  if (typeof entry !== 'object' || entry === null) return null;
  const { identitytoken, username, password, auth } = entry as Readonly<Record<string, unknown>>;
  if (typeof identitytoken === 'string' && identitytoken !== '') return { kind: 'refresh-token', token: identitytoken };
  if (typeof username === 'string' && typeof password === 'string') return { kind: 'password', username, password };
  if (typeof auth !== 'string' || auth === '') return null;
  const decoded = Buffer.from(auth, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon === -1) return null;
  return { kind: 'password', username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

async function askHelper(
  program: string,
  names: readonly string[],
  places: CredentialPlaces,
): Promise<Credentials | null> {
  const command = `docker-credential-${program}`;
  for (const name of names) {
    const ended = await run({
      command,
      args: ['get'],
      environment: places.environment,
      input: name,
      timeoutMs: 30_000,
    });
    if (ended.exitCode === 0) return fromHelper(command, ended.stdout);
    // The helpers' protocol has no code for "none": they say it in words.
    if (!/not found|no credentials/i.test(ended.stdout + ended.stderr)) {
      throw bad(`${command} failed for ${name}: ${cut((ended.stdout || ended.stderr).trim(), 300)}`);
    }
  }
  return null;
}

function fromHelper(command: string, output: string): Credentials {
  let answer: { Username?: unknown; Secret?: unknown };
  try {
    answer = JSON.parse(output) as typeof answer;
  } catch {
    throw bad(`${command} did not answer with JSON`);
  }
  if (typeof answer.Username !== 'string' || typeof answer.Secret !== 'string') {
    throw bad(`${command} answered without Username and Secret`);
  }
  // The word that the helpers' protocol uses for an identity token.
  return answer.Username === '<token>'
    ? { kind: 'refresh-token', token: answer.Secret }
    : { kind: 'password', username: answer.Username, password: answer.Secret };
}

function bad(message: string, cause?: unknown): MlDeployError {
  return new MlDeployError({
    code: 'registry/bad-credentials',
    kind: 'infrastructure',
    message,
    hint: 'Log in again (docker login, or the credential helper of your cloud).',
    ...(cause === undefined ? {} : { cause }),
  });
}
