import { MlDeployError } from '../../../errors.ts';
import type { HeldRequest } from '../../../server/protocols/held-request.ts';
import { httpClient } from '../../../server/protocols/http.ts';
import type { Outcome, Send, ServerRequest } from '../../../server/protocols/protocol.ts';
import { podProxy, type ProxyOptions } from './proxy.ts';

export interface RouteOptions extends ProxyOptions {
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
  /** Which requests were sent twice, for people. */
  resent(): readonly string[];
  hold(request: ServerRequest): Promise<HeldRequest | null>;
  close(): void;
}

type Client = ReturnType<typeof httpClient>;

const directProbeMs = 700;
/** Also on a busy machine: which way is taken must not depend on luck. */
const patientProbeMs = 3_000;

/** The API server itself gives up a connection to a pod after 30 s, and only then says that it could not connect. */
const dialMs = 35_000;

/**
 * A way to a pod: straight to its address when this machine is in the pods' network, else through the API server's pod proxy.
 * Straight only when the answer carries our revision: the same private address may be something else on this side.
 */
export function routeTo(options: RouteOptions): Route {
  const proxy = podProxy(options);
  const proxied = proxy.send;
  const over = new AbortController();
  const live: ServerRequest = { method: 'GET', path: options.livePath, timeoutMs: directProbeMs };
  let direct: Client | null = null;
  let chosen: Send | null = null;
  let dialing: Promise<void> | null = null;
  let notReached: Error | null = null;

  /** Finds out beside the short questions whether the API server can connect to the pod at all. */
  const dial = (): void => {
    dialing ??= proxied({ ...live, timeoutMs: dialMs, signal: over.signal })
      .then(
        () => undefined,
        (error: unknown) => {
          if (!over.signal.aborted) notReached = error instanceof Error ? error : new Error(String(error));
        },
      )
      .finally(() => (dialing = null));
  };

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
      const outcome = await proxied(live);
      if (outcome.kind === 'none') {
        if (outcome.reason === 'timeout') dial();
        return null;
      }
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
      if (chosen === null && notReached !== null) throw notReached;
      chosen ??= await choose();
      if (chosen !== null) return chosen(request);
      return { kind: 'none', reason: 'refused', message: 'nobody listens in the pod yet', ms: 0 };
    },
    detour: () => (chosen === proxied ? "through the API server's pod proxy" : null),
    resent: () => [...(direct?.resent() ?? []), ...proxy.resent()],
    hold: async (request) => (direct !== null && chosen === direct.send ? direct.hold(request) : null),
    close: () => {
      over.abort();
      direct?.close();
    },
  };
}
