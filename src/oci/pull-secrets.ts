import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { fromEntry, type Credentials } from './credentials.ts';
import type { Repository } from './repository.ts';

/** An entry of a secret, under the address that it is for. */
interface Candidate {
  readonly key: string;
  readonly credentials: Credentials;
}

/**
 * The credentials of pull secrets that fit a repository, chosen and ordered as the kubelet does: addresses may have a path and, in their
 * host, wildcards; those of a longer address come first, whichever secret has them
 * (https://kubernetes.io/docs/concepts/containers/images/#config-json).
 * @param folder with a folder per secret, which has `config.json`
 * @param repository to read
 * @param onNote called for each secret that cannot be read: the others may do
 * @returns to be tried one after the other; empty when none fits
 */
export async function pullSecrets(
  folder: string,
  repository: Repository,
  onNote: (message: string) => void,
): Promise<Credentials[]> {
  const found: Candidate[] = [];
  for (const name of await secretsIn(folder, onNote)) {
    const file = join(folder, name, 'config.json');
    try {
      found.push(...candidatesOf(await readFile(file, 'utf8')));
    } catch (error) {
      // A secret that does not exist leaves nothing, as with the kubelet.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') continue;
      const why = error instanceof SyntaxError ? 'it is not JSON' : (error as Error).message;
      onNote(`the pull secret in ${file} is left out: ${why}`);
    }
  }
  return (
    found
      .filter(({ key }) => fits(key, repository))
      // The order of the kubelet: descending, so that a longer one comes before its own beginning.
      .sort((a, b) => (a.key < b.key ? 1 : a.key > b.key ? -1 : 0))
      .map(({ credentials }) => credentials)
  );
}

async function secretsIn(folder: string, onNote: (message: string) => void): Promise<string[]> {
  try {
    const names = await readdir(folder);
    // The kubelet's own links begin with `..`; the folders are numbered in the order of imagePullSecrets.
    return names.filter((name) => !name.startsWith('..')).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  } catch (error) {
    onNote(`the pull secrets in ${folder} cannot be read: ${(error as Error).message}`);
    return [];
  }
}

function candidatesOf(text: string): Candidate[] {
  const { auths } = (JSON.parse(text) ?? {}) as { auths?: unknown };
  if (typeof auths !== 'object' || auths === null) return [];
  return Object.entries(auths as Record<string, unknown>).flatMap(([address, entry]) => {
    const credentials = fromEntry(entry);
    return credentials === null ? [] : [{ key: keyOf(address), credentials }];
  });
}

/** Host and path, without the scheme and the `/v1/` or `/v2/` that tools have written. */
function keyOf(address: string): string {
  const [host = '', ...parts] = address.replace(/^https?:\/\//, '').split('/');
  const path = parts[0] === 'v1' || parts[0] === 'v2' ? parts.slice(1) : parts;
  const rest = path.join('/');
  return rest === '' ? host.toLowerCase() : `${host.toLowerCase()}/${rest}`;
}

function fits(key: string, { host, path }: Repository): boolean {
  const slash = key.indexOf('/');
  const pattern = slash === -1 ? key : key.slice(0, slash);
  const below = slash === -1 ? '' : key.slice(slash + 1);
  const hosts = host === 'registry-1.docker.io' ? ['index.docker.io', 'docker.io', host] : [host];
  return path.startsWith(below) && hosts.some((name) => fitsHost(pattern, name));
}

/** A wildcard stands for characters of one part of a host name, never for a dot; the port must be the same. */
function fitsHost(pattern: string, host: string): boolean {
  const [name = '', port] = host.split(':');
  const [patternName = '', patternPort] = pattern.split(':');
  if (port !== patternPort) return false;
  const parts = name.split('.');
  const wanted = patternName.split('.');
  return parts.length === wanted.length && parts.every((part, index) => matches(wanted[index] ?? '', part));
}

/** `*` and `?`; tried from left to right, going back to the last `*` only, so that no pattern takes long. */
function matches(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let from = 0;
  for (let index = 0; index < text.length;) {
    const wanted = pattern[at];
    if (wanted === '*') {
      star = at++;
      from = index;
    } else if (wanted === '?' || wanted === text[index]) {
      at++;
      index++;
    } else if (star !== -1) {
      at = star + 1;
      index = ++from;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
