import type { Reply, Request } from './api.ts';

/** A request that got no answer: refused, reset, timed out. Callers retry these; interpretation is in kube-api.ts. */
export class BrokenConnection extends Error {
  readonly server: string;
  /** Host name that has no address, as far as this machine can find out; null: something else is wrong. */
  readonly unknownName: string | null;

  constructor(server: string, cause: unknown) {
    super(`no answer from ${server}: ${innermostMessage(cause)}`, { cause });
    this.name = 'BrokenConnection';
    this.server = server;
    this.unknownName = unknownName(cause);
  }
}

/** How long one request may take unless it says otherwise, milliseconds. */
export const defaultTimeoutMs = 10_000;

/**
 * Runs one request under its own deadline and the caller's signal. An abort by the caller stays an abort; the end of the deadline is a
 * TimeoutError, whatever the client library makes of its signal (node:http reports an AbortError, which nobody would try again).
 */
export async function withDeadline(request: Request, send: (signal: AbortSignal) => Promise<Reply>): Promise<Reply> {
  request.signal?.throwIfAborted();
  const deadline = AbortSignal.timeout(request.timeoutMs ?? defaultTimeoutMs);
  const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
  try {
    return await send(signal);
  } catch (error) {
    request.signal?.throwIfAborted();
    deadline.throwIfAborted();
    throw error;
  }
}

/** Turns whatever a transport threw into a BrokenConnection; aborts and our own errors pass. */
export function brokenConnection(error: unknown, server: string): unknown {
  if (error instanceof Error && (error.name === 'MlDeployError' || error.name === 'AbortError')) return error;
  return new BrokenConnection(server, error);
}

function innermost(error: unknown): unknown {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  return current;
}

function unknownName(error: unknown): string | null {
  const cause = innermost(error);
  if (!(cause instanceof Error) || !('code' in cause) || !('hostname' in cause)) return null;
  return cause.code === 'ENOTFOUND' || cause.code === 'EAI_AGAIN' ? String(cause.hostname) : null;
}

function innermostMessage(error: unknown): string {
  const current = innermost(error);
  if (!(current instanceof Error)) return String(current);
  const code = 'code' in current && typeof current.code === 'string' ? `${current.code}: ` : '';
  return current.message.startsWith(code) ? current.message : code + current.message;
}
