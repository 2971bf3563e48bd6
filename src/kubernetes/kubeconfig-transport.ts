import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { MlDeployError } from '../errors.ts';
import type { Reply, Request, Transport } from './api.ts';
import { brokenConnection, withDeadline } from './connection.ts';
import { openExec } from './exec.ts';
import { admitPlainHttp } from './plain-http.ts';
import { cut } from '../cut.ts';

/** Credentials are looked up again after this long (exec plugins and token files rotate), and at once after a 401. */
const credentialsLifeMs = 60_000;

/** A login program of a cloud may take seconds; longer than this it waits for a person. */
const credentialsMs = 30_000;

/**
 * A transport with the credentials of a kubeconfig file, as kubectl finds it: `path`, else KUBECONFIG and ~/.kube/config. Loads
 * @kubernetes/client-node, which knows exec plugins, client certificates and proxies.
 */
export async function kubeconfigTransport(path: string | null, context: string | null): Promise<Transport> {
  const k8s = await import('@kubernetes/client-node');
  const config = new k8s.KubeConfig();
  load(config, path);
  if (context !== null) {
    const known = config.getContexts().map((entry) => entry.name);
    if (!known.includes(context)) {
      throw new MlDeployError({
        code: 'kubernetes/unknown-context',
        kind: 'usage',
        message: `The kubeconfig has no context "${context}"; it has: ${known.join(', ') || 'none'}.`,
        hint: 'Name one of these with --context, or another file with --kubeconfig.',
      });
    }
    config.setCurrentContext(context);
  }
  const cluster = config.getCurrentCluster();
  // The library makes up this one when it finds no file.
  const invented = path === null && cluster?.name === 'cluster' && cluster.server === 'http://localhost:8080';
  if (cluster === null || invented) {
    throw new MlDeployError({
      code: 'kubernetes/no-cluster',
      kind: 'usage',
      message: `No Kubernetes cluster is configured: ${path ?? 'the default kubeconfig'} ${invented ? 'does not exist' : 'has no current context'}.`,
      hint: 'Pass --kubeconfig FILE and --context NAME, or run inside a cluster.',
    });
  }
  admitPlainHttp(config, cluster);
  const library = new k8s.IsomorphicFetchHttpLibrary();
  let credentials: Credentials | null = null;
  let hasAuthenticated = false;
  let authenticating: Promise<Credentials> | null = null;

  /** Once for all requests that begin at the same moment: each further agent would close the one before under its requests. */
  const authenticateOnce = (): Promise<Credentials> => {
    authenticating ??= authenticate().finally(() => {
      authenticating = null;
    });
    return authenticating;
  };

  const authenticate = async (): Promise<Credentials> => {
    const probe = new k8s.RequestContext(cluster.server, k8s.HttpMethod.GET);
    const given = config.applySecurityAuthentication(probe);
    await Promise.race([given, credentialsDeadline()]).catch((error: unknown) => {
      // What worked before may work again: then it counts as no answer, and is tried again.
      throw hasAuthenticated ? error : noCredentials(config, error);
    });
    hasAuthenticated = true;
    const dispatcher = probe.getDispatcher() as Dispatcher;
    closeLater(credentials?.dispatcher);
    credentials = { headers: { ...probe.getHeaders() }, dispatcher, at: performance.now() };
    return credentials;
  };

  const sendOnce = async (request: Request): Promise<Reply> => {
    const fresh = credentials !== null && performance.now() - credentials.at < credentialsLifeMs;
    const { headers, dispatcher } = fresh && credentials !== null ? credentials : await authenticateOnce();
    const call = new k8s.RequestContext(
      new URL(request.path, `${cluster.server}/`).toString(),
      k8s.HttpMethod[request.method],
    );
    for (const [name, value] of Object.entries(headers)) call.setHeaderParam(name, value);
    if (request.body !== undefined) {
      call.setHeaderParam('Content-Type', request.contentType ?? 'application/json');
      call.setBody(request.body);
    }
    if (dispatcher !== undefined) call.setDispatcher(dispatcher);
    return withDeadline(request, async (signal) => {
      call.setSignal(signal);
      const answer = await library.send(call).toPromise();
      return { status: answer.httpStatusCode, body: await answer.body.text(), headers: answer.headers };
    });
  };

  return {
    server: cluster.server,
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? 'default',
    async send(request) {
      try {
        const reply = await sendOnce(request);
        if (reply.status !== 401 || credentials === null) return reply;
        credentials = null;
        return await sendOnce(request);
      } catch (error) {
        throw brokenConnection(error, cluster.server);
      }
    },
    exec: (request) => openExec(config, cluster.server, request),
    close() {
      void credentials?.dispatcher?.close().catch(() => undefined);
      credentials = null;
    },
  };
}

/** What requests carry, and since when (`performance.now()`). */
interface Credentials {
  readonly headers: Record<string, string>;
  readonly dispatcher: Dispatcher;
  readonly at: number;
}

type Dispatcher =
  | ({ close(): Promise<void> } & NonNullable<ReturnType<InstanceType<RequestContextClass>['getDispatcher']>>)
  | undefined;
type RequestContextClass = typeof import('@kubernetes/client-node').RequestContext;

/** The old agent's connections finish what they carry; a request that has just taken the agent is not sent yet. */
function closeLater(dispatcher: Dispatcher): void {
  setTimeout(() => void dispatcher?.close().catch(() => undefined), 1000).unref();
}

/** A program that waits for somebody to log in would wait for ever. */
async function credentialsDeadline(): Promise<never> {
  await delay(credentialsMs, undefined, { ref: false });
  throw new Error(`nothing within ${credentialsMs / 1000} s`);
}

/** A plugin that is not installed or not logged in, a file of a certificate that is not there. */
function noCredentials(config: import('@kubernetes/client-node').KubeConfig, cause: unknown): MlDeployError {
  const user = config.getCurrentUser();
  const plugin = (user?.exec as { command?: string } | undefined)?.command;
  const said = cause instanceof Error ? cause.message.trim() : String(cause);
  return new MlDeployError({
    code: 'kubernetes/no-credentials',
    kind: 'infrastructure',
    message: `The kubeconfig's credentials for user "${user?.name ?? '(none)'}" could not be had${plugin === undefined ? '' : ` from its program ${plugin}`}: ${cut(said, 500) || 'it gave no reason'}`,
    hint: `Log in again, or mend what it names; \`kubectl --context ${config.getCurrentContext()} get namespaces\` says the same as soon as it works.`,
    cause,
  });
}

function load(config: import('@kubernetes/client-node').KubeConfig, path: string | null): void {
  if (path !== null && !existsSync(path)) {
    throw new MlDeployError({
      code: 'kubernetes/no-kubeconfig',
      kind: 'usage',
      message: `The kubeconfig ${path} does not exist.`,
      hint: 'Name an existing file with --kubeconfig or the variable KUBECONFIG.',
    });
  }
  try {
    if (path === null) config.loadFromDefault();
    else config.loadFromFile(path);
  } catch (error) {
    throw new MlDeployError({
      code: 'kubernetes/bad-kubeconfig',
      kind: 'usage',
      message: `The kubeconfig ${path ?? '(default)'} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'Check the file with `kubectl --kubeconfig FILE config view`.',
      cause: error,
    });
  }
}
