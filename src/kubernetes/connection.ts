import type { Reply, Request } from './api.ts';

/** A request that got no answer: refused, reset, timed out. Callers retry these; interpretation is in kube-api.ts. */
export class BrokenConnection extends Error {
  readonly server: string;

  constructor(server: string, cause: unknown) {
    super(`no answer from ${server}: ${innermostMessage(cause)}`, { cause });
    this.name = 'BrokenConnection';
    this.server = server;
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

function innermostMessage(error: unknown): string {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  if (!(current instanceof Error)) return String(current);
  const code = 'code' in current && typeof current.code === 'string' ? `${current.code}: ` : '';
  return current.message.startsWith(code) ? current.message : code + current.message;
}
