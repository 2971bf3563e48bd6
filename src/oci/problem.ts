import { MlDeployError } from '../errors.ts';

/**
 * The error for an answer of a registry that is not what was asked for.
 * @param doing what was tried: `push to`
 * @param repository whose name is shown
 * @param response which is read
 * @returns an error whose hint fits the status
 */
export async function problem(doing: string, repository: string, response: Response): Promise<MlDeployError> {
  const reason = await reasonOf(response);
  const message = `could not ${doing} ${repository}: the registry answered ${response.status}${reason}`;
  switch (response.status) {
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
        'Give the account the right to push to this repository, or correct image.repository.',
      );
    case 404:
      return error(
        'registry/not-found',
        message,
        'Correct image.repository; some registries want the repository to be created first.',
      );
    case 413:
      return error(
        'registry/failed',
        message,
        'A proxy before the registry limits the size of uploads: raise its limit.',
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

function error(code: string, message: string, hint: string): MlDeployError {
  return new MlDeployError({ code, kind: 'infrastructure', message, hint });
}

/** The registry's own words, when it used the error format of the distribution specification. */
async function reasonOf(response: Response): Promise<string> {
  try {
    const text = (await response.text()).slice(0, 4096);
    const parsed = JSON.parse(text) as { errors?: readonly { code?: string; message?: string }[] };
    const [first] = parsed.errors ?? [];
    return first === undefined ? '' : ` (${[first.code, first.message].filter(Boolean).join(': ')})`;
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
