import { setTimeout as delay } from 'node:timers/promises';
import { MlDeployError } from '../../../errors.ts';
import type { KubeApi, Reply } from '../../../kubernetes/api.ts';
import { problemOf } from '../../../kubernetes/problem.ts';
import { resources } from '../../../kubernetes/resources.ts';
import { asObject } from '../../../server/protocols/json.ts';
import type { NoAnswer, Outcome, Send, ServerRequest } from '../../../server/protocols/protocol.ts';
import { Resends } from '../../../server/protocols/resends.ts';

export interface ProxyOptions {
  readonly api: KubeApi;
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  /** Whether the container has ended. */
  readonly over: () => Promise<boolean>;
}

export interface Proxy {
  /** Throws MlDeployError when it is the API server, or something before it, that does not carry a request on. */
  readonly send: Send;
  /** Which requests were sent twice, for people. */
  resent(): readonly string[];
}

const defaultTimeoutMs = 30_000;
/** By so much a timer may end before its time, as another clock sees it. */
const earlyMs = 5;
/** An API server that restarts, or has too much to do, is back by then. */
const patienceMs = 30_000;
/** Until the kubelet has told that a container ended, mostly. */
const newsMs = 2_000;
/** Between two tries, unless the API server says how long. */
const pauseMs = 500;

/** How the API server says that the pod closed a connection which it had kept open. */
const brokenOff = /: EOF$|connection reset by peer|closed idle connection/;
/** The API server has no way to the node: its own network, or what carries its requests there (konnectivity and the like). */
const carrierFailed =
  /\bagents?\b|tunnel|konnectivity|proxy server|proxyconnect|no route to host|network is unreachable/i;

/** Nothing at the pod's address takes or refuses a connection: a network policy or firewall. A pod in which nobody listens refuses. */
const notReached = /\bdial tcp .*(i\/o timeout|timed out)/i;
/** k3s tells so what its agent could not connect to, for whatever reason: mostly that nobody listens yet. */
const refused = /refused|no such host|while dialing/i;

/** What became of a request. */
type Carried =
  | { readonly by: 'pod'; readonly outcome: Outcome }
  /** It never reached the pod, so it may be sent again. */
  | { readonly by: 'nobody'; readonly reply: Reply; readonly error: MlDeployError };

/** Requests of any method through `/api/v1/namespaces/N/pods/P:PORT/proxy`. */
export function podProxy(options: ProxyOptions): Proxy {
  const resends = new Resends();
  const kept = new KeptConnections();
  const judge = replyJudge(options);

  const once = async (request: ServerRequest): Promise<Carried> => {
    const began = performance.now();
    const reply = await sendOnce(options, request);
    const ms = performance.now() - began;
    return 'kind' in reply ? { by: 'pod', outcome: reply } : judge(reply, ms);
  };

  const carried = async (request: ServerRequest): Promise<Outcome> => {
    const began = performance.now();
    for (;;) {
      const result = await once(request);
      if (result.by === 'pod') return result.outcome;
      const seconds = Number(result.reply.headers['retry-after']);
      const waitMs = seconds > 0 ? seconds * 1000 : pauseMs;
      if (performance.now() - began + waitMs > patienceMs) throw result.error;
      await delay(waitMs, undefined, request.signal === undefined ? {} : { signal: request.signal });
    }
  };

  const send: Send = async (request) => {
    for (;;) {
      const unusedMs = kept.take();
      const outcome = await carried(request);
      if (outcome.kind === 'answer') kept.giveBack();
      if (outcome.kind === 'answer' || !brokenOff.test(outcome.message) || !resends.allows(unusedMs)) return outcome;
    }
  };
  return { send, resent: () => resends.told() };
}

/** As the API server keeps its connections to the pod: the one that was used last is the next. */
class KeptConnections {
  readonly #usedAt: number[] = [];

  /** For how long the connection that is used now had carried nothing, milliseconds; null: a new one. */
  take(): number | null {
    const last = this.#usedAt.pop();
    return last === undefined ? null : performance.now() - last;
  }

  giveBack(): void {
    this.#usedAt.push(performance.now());
  }
}

async function sendOnce(
  { api, namespace, pod, port, over }: ProxyOptions,
  request: ServerRequest,
): Promise<Reply | NoAnswer> {
  const timeoutMs = request.timeoutMs ?? defaultTimeoutMs;
  const began = performance.now();
  try {
    return await api.raw({
      method: request.method,
      path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}:${port}/proxy${request.path}`,
      timeoutMs,
      once: true,
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(request.contentType === undefined ? {} : { contentType: request.contentType }),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    });
  } catch (error) {
    const ms = performance.now() - began;
    if (!(error instanceof MlDeployError) || error.code !== 'kubernetes/unreachable') throw error;
    if (ms < timeoutMs - earlyMs) {
      // A server that dies in the middle of its answer breaks our connection to the API server, too.
      if (!(await isOver(over))) throw error;
      return { kind: 'none', reason: 'broken', message: 'the connection broke, and the container has ended', ms };
    }
    return { kind: 'none', reason: 'timeout', message: `no answer within ${timeoutMs} ms`, ms };
  }
}

/** The cluster learns of an end a moment later. */
async function isOver(over: () => Promise<boolean>): Promise<boolean> {
  const began = performance.now();
  while (performance.now() - began < newsMs) {
    if (await over()) return true;
    await delay(200);
  }
  return false;
}

/** Tells the answers of the pod from those of the API server and of what stands before it. */
function replyJudge(options: ProxyOptions): (reply: Reply, ms: number) => Carried {
  const { api, namespace, pod } = options;
  /** The API server marks all that it sends, also what comes from the pod (since Kubernetes 1.23); a load balancer's own page lacks the mark. */
  let marked = false;
  return (reply, ms) => {
    const asked = { verb: 'proxy to', resource: resources.pod, namespace, name: pod, server: api.server };
    const nobody = (): Carried => ({ by: 'nobody', reply, error: problemOf(reply, asked) });
    const none = (reason: NoAnswer['reason'], message: string): Carried => ({
      by: 'pod',
      outcome: { kind: 'none', reason, message, ms },
    });
    const { status, headers, body } = reply;
    if (headers['audit-id'] !== undefined) marked = true;
    else if (marked) return nobody();

    const said = statusMessage(body);
    if (said === null) {
      if (isRefusal(reply)) return nobody();
      return { by: 'pod', outcome: { kind: 'answer', status, headers, body, ms } };
    }
    const [, trouble] = /^error trying to reach service: (.*)$/is.exec(said) ?? [];
    if (trouble !== undefined) {
      if (carrierFailed.test(trouble)) return nobody();
      if (notReached.test(trouble)) throw podNotReached(options, trouble);
      if (refused.test(trouble)) return none('refused', said);
      return none(/timeout|deadline/i.test(trouble) ? 'timeout' : 'broken', said);
    }
    // The pod is gone: what became of it, its state tells.
    if (status === 404 && said.startsWith('pods "')) return none('refused', said);
    if (status === 403) throw forbidden(said);
    if (status === 429 || status >= 500) return nobody();
    throw problemOf(reply, asked);
  };
}

/** The API server's own words that are no Status object: too many requests of all users together, or a defect. */
function isRefusal({ status, body }: Reply): boolean {
  return (
    (status === 429 && body.trim() === 'Too many requests, please try again later.') ||
    (status === 500 && body.startsWith('Internal Server Error: "/api/v1/namespaces/'))
  );
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

function podNotReached({ namespace, pod, port }: ProxyOptions, said: string): MlDeployError {
  return new MlDeployError({
    code: 'smoke/pod-not-reached',
    kind: 'infrastructure',
    message: `The API server cannot connect to port ${port} of pod ${pod} in namespace ${namespace}: ${said}. A pod in which nobody listens would have refused at once.`,
    hint: 'Nothing is known against the model. Let the API server reach the pods (NetworkPolicies of the namespace, the firewall between control plane and nodes), or run the smoke test inside the cluster.',
  });
}
