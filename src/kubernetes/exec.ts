import { PassThrough, Writable } from 'node:stream';
import type { KubeConfig } from '@kubernetes/client-node';
import { MlDeployError } from '../errors.ts';
import type { ExecEnd, ExecRequest, ExecSession } from './api.ts';
import { execHint, execNotAllowed } from './exec-rights.ts';
import { problemOf, unreachable } from './problem.ts';
import { BrokenConnection } from './connection.ts';
import { resources } from './resources.ts';

/** Until a node has taken the request, milliseconds. */
const openMs = 10_000;

/**
 * Runs a program in a container of a pod and talks with it, over a WebSocket (`v5.channel.k8s.io`, or what the API server knows).
 * @param config credentials
 * @param server of the API, for messages
 * @param request what to run where
 * @throws MlDeployError `kubernetes/forbidden` and what else keeps it from being opened
 */
export async function openExec(config: KubeConfig, server: string, request: ExecRequest): Promise<ExecSession> {
  const { Exec } = await import('@kubernetes/client-node');
  const { namespace, pod, container, command, onOutput, onEnd } = request;
  const stdin = new PassThrough();
  const decoder = new TextDecoder();
  let said = '';
  let over = false;
  const output = sink((chunk) => {
    if (!over) onOutput(decoder.decode(chunk, { stream: true }));
  });
  const errors = sink((chunk) => {
    said = (said + chunk.toString('utf8')).slice(-mostErrors);
  });
  const end = (how: Omit<ExecEnd, 'errors'>): void => {
    if (over) return;
    over = true;
    onEnd({ ...how, errors: said });
  };
  const exec = new Exec(config);
  const promised: unknown = exec.exec(
    namespace,
    pod,
    container,
    [...command],
    output,
    errors,
    stdin,
    false,
    (status) => {
      end(endOf(status));
    },
  );
  const opening = promised as Promise<Socket>;
  const socket = await withinMs(opening, openMs, server).catch((error: unknown) => {
    // One that opens after all is nobody's.
    opening
      .then((late) => {
        late.terminate();
      })
      .catch(() => undefined);
    throw notOpened(error, server, request);
  });
  socket.addEventListener('close', () => {
    end({ exitCode: null, message: 'the connection was closed' });
  });
  return {
    write: (text) => stdin.write(text),
    close: () => {
      over = true;
      socket.terminate();
    },
  };
}

/** What is used of the library's WebSocket, which has no types of its own. */
interface Socket {
  addEventListener(event: 'close', listener: () => void): void;
  terminate(): void;
}

const mostErrors = 4_000;

function sink(take: (chunk: Buffer) => void): Writable {
  return new Writable({
    write: (chunk: Buffer, _, done) => {
      take(chunk);
      done();
    },
  });
}

interface Status {
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

/** How the program ended, from the Status object of the fourth channel. */
function endOf({ status, message = '', details }: Status): Omit<ExecEnd, 'errors'> {
  if (status === 'Success') return { exitCode: 0, message };
  const code = details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  return { exitCode: code === undefined ? null : Number(code), message };
}

async function withinMs<T>(work: Promise<T>, ms: number, server: string): Promise<T> {
  const deadline = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    deadline.reject(new BrokenConnection(server, new Error(`nothing within ${ms / 1000} s`)));
  }, ms);
  try {
    return await Promise.race([work, deadline.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The WebSocket library tells the status of a refusal in its message, and nothing else of it. */
function notOpened(error: unknown, server: string, { namespace, pod }: ExecRequest): MlDeployError {
  if (error instanceof MlDeployError) return error;
  const said = messageOf(error);
  const status = Number(/server response: (\d{3})/.exec(said)?.[1] ?? 0);
  if (status === 0) {
    return unreachable(
      server,
      error instanceof BrokenConnection ? error : new BrokenConnection(server, new Error(said)),
      0,
    );
  }
  if (status === 403) return forbidden(namespace);
  const asked = { verb: 'exec into', resource: resources.pod, namespace, name: pod, server };
  return problemOf({ status, headers: {}, body: said }, asked);
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  // The library rejects with the event.
  const { message } = error as { readonly message?: unknown };
  return typeof message === 'string' ? message : String(error);
}

function forbidden(namespace: string): MlDeployError {
  return new MlDeployError({
    code: 'kubernetes/forbidden',
    kind: 'infrastructure',
    message: execNotAllowed(namespace),
    hint: execHint,
  });
}
