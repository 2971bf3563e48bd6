import { MlDeployError, type ErrorFacts } from '../errors.ts';
import { beginningOf } from './small-answer.ts';
import { cut } from '../cut.ts';

/** An answer of a registry that is not what was asked for. */
export class RegistryProblem extends MlDeployError {
  readonly status: number;
  /** How long the registry wants to be left alone, in milliseconds; null: it did not say. */
  readonly retryAfterMs: number | null;

  constructor(facts: ErrorFacts, status: number, retryAfterMs: number | null) {
    super(facts);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * The error for an answer of a registry that is not what was asked for.
 * @param doing what was tried: `push to`
 * @param repository whose name is shown
 * @param response which is read
 * @returns an error whose hint fits the status
 */
export async function problem(doing: string, repository: string, response: Response): Promise<RegistryProblem> {
  const { status } = response;
  const reason = await reasonOf(response);
  const message = `could not ${doing} ${repository}: the registry answered ${status}${reason}`;
  const error = (code: string, text: string, hint: string): RegistryProblem =>
    new RegistryProblem(
      { code, kind: 'infrastructure', message: text, hint },
      status,
      retryAfterMs(response.headers.get('retry-after')),
    );
  if (status === 507 || (status >= 500 && /no space left|disk quota|storage (is )?full/i.test(reason))) {
    return error(
      'registry/full',
      message,
      'The storage of the registry is full, or a quota is used up: remove old images or raise the limit, then run the same command again.',
    );
  }
  const pushing = /push|publish|upload/.test(doing);
  switch (status) {
    case 401:
      return error(
        'registry/unauthorized',
        message,
        'Log in to the registry (docker login), or correct image.repository.',
      );
    case 403:
      return error(
        'registry/forbidden',
        message,
        `Give the account the right to ${pushing ? 'push to' : 'read'} this repository, or correct its name.`,
      );
    case 404:
      return error(
        'registry/not-found',
        message,
        pushing
          ? 'Correct image.repository; some registries want the repository to be created first.'
          : 'Correct the name of the image; what is asked for was removed, or never was there.',
      );
    case 413:
      return error(
        'registry/failed',
        message,
        'A proxy before the registry limits the size of uploads: raise its limit.',
      );
    case 429:
      return error(
        'registry/failed',
        message,
        'The registry limits how much may be asked of it: wait and run the same command again, or log in with an account that has a higher limit.',
      );
    default:
      return error('registry/failed', message, 'Try again; if it stays, look at the log of the registry.');
  }
}

/**
 * The error for a registry that gave no answer at all.
 * @param address `https://host`
 * @param doing what was tried
 * @param repository whose name is shown
 * @param cause what fetch threw
 * @returns an error that names the reason of the connection's failure
 */
export function unreachable(address: string, doing: string, repository: string, cause: unknown): MlDeployError {
  const { code, text } = connectionReason(cause);
  const plainHttp = address.startsWith('https:') && /WRONG_VERSION_NUMBER|PACKET_LENGTH/.test(`${code} ${text}`);
  const untrusted = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code);
  return new MlDeployError({
    code: 'registry/unreachable',
    kind: 'infrastructure',
    message: plainHttp
      ? `could not ${doing} ${repository}: the registry at ${address.replace(/^https:\/\//, '')} answers plain HTTP, and HTTPS was expected`
      : `could not ${doing} ${repository}: ${address} gives no answer (${text})`,
    hint: plainHttp
      ? 'Set image.insecure: true when plain HTTP is meant (nothing is encrypted then), or name the registry by its HTTPS port in image.repository.'
      : untrusted
        ? 'The certificate of the registry is not trusted here: set NODE_EXTRA_CA_CERTS to the file of its authority.'
        : 'Check the name in image.repository, the network, and that the registry runs.',
    cause,
  });
}

/**
 * The error for work that the user ended.
 * @returns kind `interrupted`
 */
export function interrupted(): MlDeployError {
  return new MlDeployError({
    code: 'registry/interrupted',
    kind: 'interrupted',
    message: 'the exchange with the registry was interrupted',
  });
}

/** Nobody is waited for longer than this. */
const longestPauseMs = 60_000;

/**
 * Reads a `Retry-After` header: seconds, or a date.
 * @param header null: there is none
 * @returns milliseconds, at most a minute; null when it says nothing
 */
export function retryAfterMs(header: string | null): number | null {
  if (header === null) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? null : Math.min(longestPauseMs, Math.max(0, ms));
}

interface Told {
  readonly code?: string;
  readonly message?: string;
  readonly detail?: unknown;
}

/** The registry's own words, when it used the error format of the distribution specification. */
async function reasonOf(response: Response): Promise<string> {
  try {
    const { content } = await beginningOf(response, 4096);
    const text = content.toString('utf8');
    const [first] = (JSON.parse(text) as { errors?: readonly Told[] }).errors ?? [];
    if (first === undefined) return '';
    const detail = Object.keys(first.detail ?? {}).length === 0 ? '' : cut(JSON.stringify(first.detail), 200);
    return ` (${[first.code, first.message, detail].filter(Boolean).join(': ')})`;
  } catch {
    return ''; // HEAD answers and proxies have no such body
  }
}

/** fetch wraps what happened: the innermost cause has the code. */
function connectionReason(thrown: unknown): { code: string; text: string } {
  let current = thrown;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  if (!(current instanceof Error)) return { code: '', text: String(current) };
  const code = 'code' in current && typeof current.code === 'string' ? current.code : '';
  return { code, text: [code, current.message].filter(Boolean).join(': ') };
}
