import { MlDeployError } from '../errors.ts';
import type { Credentials } from './credentials.ts';

/** What a `WWW-Authenticate` header asks for. */
export interface Challenge {
  readonly scheme: 'bearer' | 'basic';
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Reads a `WWW-Authenticate` header (RFC 9110, 11.6.1).
 * @param header its value
 * @returns the first bearer challenge, else the first basic one, else null
 */
export function parseChallenge(header: string): Challenge | null {
  const challenges: Challenge[] = [];
  const schemes = /(?:^|,\s*)(bearer|basic)\b\s*/gi;
  const starts = [...header.matchAll(schemes)];
  for (const [index, start] of starts.entries()) {
    const text = header.slice(start.index + start[0].length, starts[index + 1]?.index);
    const parameters: Record<string, string> = {};
    for (const [, name, quoted, plain] of text.matchAll(/([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi)) {
      if (name !== undefined) parameters[name.toLowerCase()] = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain ?? '';
    }
    challenges.push({ scheme: start[1]?.toLowerCase() === 'bearer' ? 'bearer' : 'basic', parameters });
  }
  return challenges.find(({ scheme }) => scheme === 'bearer') ?? challenges[0] ?? null;
}

/** A request to a token server: GET with basic credentials, or POST with a refresh token. */
export interface TokenRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * The request that turns credentials into a token (distribution token authentication).
 * @param challenge what the registry asked for
 * @param scopes such as `repository:acme/fraud:pull,push`
 * @param credentials null: an anonymous token
 * @returns null when the challenge names no usable realm
 */
export function tokenRequest(
  challenge: Challenge,
  scopes: readonly string[],
  credentials: Credentials | null,
): TokenRequest | null {
  const { realm, service } = challenge.parameters;
  if (realm === undefined || !URL.canParse(realm)) return null;
  if (credentials?.kind === 'refresh-token') {
    const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'ml-deploy', scope: scopes.join(' ') });
    if (service !== undefined) form.set('service', service);
    form.set('refresh_token', credentials.token);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { url: realm, method: 'POST', headers, body: form.toString() };
  }
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  const headers: Record<string, string> = credentials === null ? {} : { authorization: basic(credentials) };
  return { url: url.href, method: 'GET', headers };
}

/**
 * Sends a request for a token.
 * @param asked what to send
 * @param signal ends it
 * @returns the answer
 * @throws MlDeployError `registry/failed` when it leads elsewhere with credentials in its body; and what fetch throws
 */
export async function askForToken(asked: TokenRequest, signal: AbortSignal): Promise<Response> {
  const { url, method, headers, body } = asked;
  if (body === undefined) return fetch(url, { method, headers, signal });
  // Of a header, fetch leaves out credentials for other hosts; a body goes wherever the answer leads, encrypted or not.
  const response = await fetch(url, { method, headers, body, signal, redirect: 'manual' });
  if (response.status < 300 || response.status > 399) return response;
  await response.body?.cancel();
  const { origin } = new URL(url);
  throw new MlDeployError({
    code: 'registry/failed',
    kind: 'infrastructure',
    message: `could not get a token: ${origin} answered ${response.status}, which leads elsewhere, and the login must not be sent there`,
    hint: 'Ask whoever runs the registry to name the address of its token server itself; a proxy before it may change it.',
  });
}

/**
 * The value of an `Authorization` header.
 * @param credentials name and password, or a token which some registries take as a password
 * @returns `Basic ...`
 */
export function basic(credentials: Credentials): string {
  const pair =
    credentials.kind === 'password'
      ? `${credentials.username}:${credentials.password}`
      : `<token>:${credentials.token}`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}
