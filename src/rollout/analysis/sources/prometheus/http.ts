import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { resolve } from 'node:path';
import type { PrometheusConfig } from '../../../../config/config.ts';
import { MlDeployError } from '../../../../errors.ts';
import type { PrometheusAccess } from './client.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** GET of a path below the server's address. */
export type Fetch = ((path: string) => Promise<HttpAnswer>) & { readonly address: string };

/** Longest time for one query: shorter than any sensible tick's patience, long enough for a busy server. */
const timeoutMs = 10_000;

/** More than this is no answer to our queries. */
const largestAnswer = 64 * 1024 * 1024;

type Service = NonNullable<PrometheusConfig['service']>;

/**
 * Asks the server at its URL. Credentials and the CA file are read for every request, so that a rotated token is used at once.
 */
export function directFetch(config: PrometheusConfig, { environment, root }: PrometheusAccess): Fetch {
  const base = new URL(config.url ?? '');
  const prefix = base.pathname.replace(/\/$/, '');
  const fetch = async (path: string): Promise<HttpAnswer> => {
    const headers = { accept: 'application/json', ...authorization(config, environment) };
    const ca = config.ca === null ? undefined : await readCa(resolve(root, config.ca));
    try {
      return await get(new URL(`${prefix}${path}`, base), headers, ca);
    } catch (error) {
      throw unreachable(base.href, error);
    }
  };
  return Object.assign(fetch, { address: base.href.replace(/\/$/, '') });
}

/**
 * Asks a Service through the API server's proxy.
 */
export function serviceFetch({ namespace, name, port, tls, path: prefix }: Service, access: PrometheusAccess): Fetch {
  const { api } = access;
  const address = `Service ${namespace}/${name}:${port} through ${api.server}`;
  const root = `/api/v1/namespaces/${namespace}/services/${tls ? 'https:' : ''}${name}:${port}/proxy${prefix.replace(/\/$/, '')}`;
  const fetch = async (path: string): Promise<HttpAnswer> => {
    try {
      return await api.raw({ method: 'GET', path: `${root}${path}`, timeoutMs, once: true });
    } catch (error) {
      throw unreachable(address, error);
    }
  };
  return Object.assign(fetch, { address });
}

function authorization(
  { bearerToken, basicAuth }: PrometheusConfig,
  environment: PrometheusAccess['environment'],
): { readonly authorization?: string } {
  const value = (name: string, key: string): string => {
    const found = environment[name]?.trim();
    if (found !== undefined && found !== '') return found;
    throw new MlDeployError({
      code: 'metrics/no-credentials',
      kind: 'usage',
      message: `The environment variable ${name}, which rollout.metrics.source.prometheus.${key} names, is not set or empty.`,
      hint: `Set ${name}, for example from a secret of your CI system.`,
    });
  };
  if (bearerToken !== null) return { authorization: `Bearer ${value(bearerToken, 'bearerToken')}` };
  if (basicAuth === null) return {};
  const pair = `${value(basicAuth.username, 'basicAuth.username')}:${value(basicAuth.password, 'basicAuth.password')}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

async function readCa(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new MlDeployError({
      code: 'metrics/no-ca',
      kind: 'usage',
      message: `rollout.metrics.source.prometheus.ca names ${path}, which cannot be read`,
      hint: 'Correct the path; it is relative to mldeploy.yaml.',
      cause,
    });
  }
}

function get(url: URL, headers: Readonly<Record<string, string>>, ca: string | undefined): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const options = { headers, agent: false, signal: AbortSignal.timeout(timeoutMs) };
    const outgoing =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, ...(ca === undefined ? {} : { ca }) })
        : httpRequest(url, options);
    outgoing.on('error', reject);
    outgoing.on('response', (reply) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      reply.on('error', reject);
      reply.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > largestAnswer) outgoing.destroy(new Error('its answer is larger than 64 MiB'));
        chunks.push(chunk);
      });
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }));
    });
    outgoing.end();
  });
}

function unreachable(address: string, error: unknown): MlDeployError {
  const { name, message, code } = error as Error & { readonly code?: string };
  const slow = name === 'AbortError' || name === 'TimeoutError';
  const certificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code ?? '');
  return new MlDeployError({
    code: 'metrics/prometheus',
    kind: 'infrastructure',
    message: `Prometheus (${address}) could not be asked: ${slow ? `no answer in ${timeoutMs / 1000} s` : message}`,
    hint: certificate
      ? 'Name the file with the authorities that signed its certificate in rollout.metrics.source.prometheus.ca.'
      : 'Check the address in rollout.metrics.source.prometheus, and that it can be reached from here.',
    cause: error,
  });
}
