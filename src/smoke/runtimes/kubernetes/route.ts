import { MlDeployError } from '../../../errors.ts';
import type { KubeApi } from '../../../kubernetes/api.ts';
import { type HeldRequest, httpClient } from '../../../server/protocols/http.ts';
import { asObject } from '../../../server/protocols/json.ts';
import type { NoAnswer, Outcome, Send, ServerRequest } from '../../../server/protocols/protocol.ts';

export interface RouteOptions {
  readonly api: KubeApi;
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  /** Answered by the server as soon as it listens. */
  readonly livePath: string;
  /** Value of the header `x-mldeploy-revision` that only this pod sends. */
  readonly revision: string;
  /** The pod's address, null as long as it has none. */
  address(): Promise<string | null>;
}

export interface Route {
  readonly send: Send;
  detour(): string | null;
  hold(request: ServerRequest): Promise<HeldRequest | null>;
  close(): void;
}

type Client = ReturnType<typeof httpClient>;

const directProbeMs = 700;
/** Also on a busy machine: which way is taken must not depend on luck. */
const patientProbeMs = 3_000;
const defaultTimeoutMs = 30_000;

/**
 * A way to a pod: straight to its address when this machine is in the pods' network, else through the API server's pod proxy.
 * Straight only when the answer carries our revision: the same private address may be something else on this side.
 */
export function routeTo(options: RouteOptions): Route {
  const proxied = proxySend(options);
  const live: ServerRequest = { method: 'GET', path: options.livePath, timeoutMs: directProbeMs };
  let direct: Client | null = null;
  let chosen: Send | null = null;

  const isOurs = (outcome: Outcome) =>
    outcome.kind === 'answer' && outcome.headers['x-mldeploy-revision'] === options.revision;

  const choose = async (): Promise<Send | null> => {
    const address = await options.address();
    if (address === null) return null;
    direct ??= httpClient(`http://${address.includes(':') ? `[${address}]` : address}:${options.port}`);
    const first = await direct.send(live);
    if (isOurs(first)) return direct.send;
    // Nobody may listen yet: the choice waits until the pod answers at all, then gives the direct way a second, patient try.
    try {
      if ((await proxied(live)).kind === 'none') return null;
    } catch (error) {
      // No proxy for this account; a refusal comes from a machine that can be reached, so the direct way may open yet.
      const mayOpen = first.kind === 'none' && first.message.includes('ECONNREFUSED');
      if (mayOpen && error instanceof MlDeployError && error.code === 'kubernetes/forbidden') return null;
      throw error;
    }
    return isOurs(await direct.send({ ...live, timeoutMs: patientProbeMs })) ? direct.send : proxied;
  };

  return {
    send: async (request) => {
      chosen ??= await choose();
      if (chosen !== null) return chosen(request);
      return { kind: 'none', reason: 'refused', message: 'nobody listens in the pod yet', ms: 0 };
    },
    detour: () => (chosen === proxied ? "through the API server's pod proxy" : null),
    hold: async (request) => (direct !== null && chosen === direct.send ? direct.hold(request) : null),
    close: () => direct?.close(),
  };
}

/** How the API server says that the pod closed a connection which it had kept open. */
const keptTooLong = /: EOF$|connection reset by peer|closed idle connection/;

/** Requests of any method through `/api/v1/namespaces/N/pods/P:PORT/proxy`. */
function proxySend({ api, namespace, pod, port }: RouteOptions): Send {
  const root = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}:${port}/proxy`;
  const once: Send = async (request) => {
    const timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
    const began = performance.now();
    const none = (reason: NoAnswer['reason'], message: string): NoAnswer => ({
      kind: 'none',
      reason,
      message,
      ms: performance.now() - began,
    });
    try {
      const reply = await api.raw({
        method: request.method,
        path: root + request.path,
        timeoutMs,
        once: true,
        ...(request.body === undefined ? {} : { body: request.body }),
        ...(request.contentType === undefined ? {} : { contentType: request.contentType }),
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      });
      const ms = performance.now() - began;
      const said = statusMessage(reply.body);
      if (said === null) return { kind: 'answer', status: reply.status, headers: reply.headers, body: reply.body, ms };
      if (reply.status === 403) throw forbidden(said);
      if (/refused|not found|no such host/i.test(said)) return none('refused', said);
      return none(/timeout|deadline/i.test(said) ? 'timeout' : 'broken', said);
    } catch (error) {
      const late = performance.now() - began >= timeoutMs;
      if (late && error instanceof MlDeployError && error.code === 'kubernetes/unreachable') {
        return none('timeout', `no answer within ${timeoutMs} ms`);
      }
      throw error;
    }
  };
  return async (request) => {
    const first = await once(request);
    // As over a direct connection: one that a server closes just as it is used again says nothing about the request.
    return first.kind === 'none' && keptTooLong.test(first.message) ? once(request) : first;
  };
}

/** The message of a Status object of the API server: then the answer is the proxy's own, not the pod's. Null: not such an object. */
function statusMessage(body: string): string | null {
  if (!body.includes('"kind":"Status"')) return null;
  try {
    const status = asObject(JSON.parse(body));
    return status?.['kind'] === 'Status' && status['apiVersion'] === 'v1' ? String(status['message']) : null;
  } catch {
    return null;
  }
}

function forbidden(said: string): MlDeployError {
  return new MlDeployError({
    code: 'kubernetes/forbidden',
    kind: 'infrastructure',
    message: `The pod's address cannot be reached from here, and the API server's pod proxy is not allowed: ${said}`,
    hint: 'Allow the verbs get and create on pods/proxy, or run the smoke test inside the cluster.',
  });
}
