import { isIP } from 'node:net';

import { MlDeployError } from '../errors.ts';

/** Where images of one name live. */
export interface Repository {
  /** As the user wrote it, without tag and digest. */
  readonly name: string;
  /** `host[:port]` that speaks the registry protocol, in lower case. */
  readonly host: string;
  /** Path below `/v2/`. */
  readonly path: string;
}

const pathPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

/**
 * Reads the name of a repository as Docker does: a first part with a dot, a colon, or `localhost` is a host; without a host it is
 * Docker Hub.
 * @param name such as `ghcr.io/acme/fraud`
 * @returns host and path
 * @throws MlDeployError `registry/bad-name` when it is not a repository name, or has a tag or digest
 */
export function parseRepository(name: string): Repository {
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash).toLowerCase();
  const hasHost = first.includes('.') || first.includes(':') || first === 'localhost';
  const host = hasHost ? first : 'docker.io';
  let path = hasHost ? name.slice(slash + 1) : name;
  if (host === 'docker.io' && !path.includes('/')) path = `library/${path}`;
  if (!pathPattern.test(path) || !isHost(host)) {
    throw new MlDeployError({
      code: 'registry/bad-name',
      kind: 'usage',
      message: `${name} is not the name of a repository: expected host/path in lower case, without tag and digest`,
      hint: 'Write image.repository such as ghcr.io/acme/fraud; ml-deploy chooses the tag.',
    });
  }
  return { name, host: host === 'docker.io' ? 'registry-1.docker.io' : host, path };
}

/** A name or address, and a port that there is. */
function isHost(host: string): boolean {
  return /^(\[[0-9a-f:.]+\]|[^\s/@?#\\%:[\]]+)(:\d+)?$/.test(host) && URL.canParse(`https://${host}`);
}

/**
 * Whether a registry is on this very machine, where plain HTTP gives nothing away.
 * @param host `host[:port]`
 * @returns true for localhost, 127.0.0.0/8 and ::1
 */
export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}
