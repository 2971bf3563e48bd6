import { setTimeout as delay } from 'node:timers/promises';
import type { DeleteOptions, JsonPatch, KubeApi, KubeObject, Reply, Request, Resource, Transport } from './api.ts';
import { BrokenConnection } from './connection.ts';
import { problemOf, unreachable } from './problem.ts';

/** Name under which all our server-side applies and patches are recorded. */
export const fieldManager = 'ml-deploy';

export interface KubeApiOptions {
  /** Ends every call; leave it out for work that must finish after an interrupt, such as restoring traffic. */
  readonly signal?: AbortSignal;
  /** How long one call may take with all its retries, milliseconds. */
  readonly deadlineMs?: number;
  /** The same while the server has never answered and its name has no address: most likely the name is wrong. */
  readonly unknownNameMs?: number;
  /** Told every few seconds while a call gets no answer and is tried again. */
  readonly onSilence?: (message: string) => void;
}

const silenceMs = 3000;
/** No answer for longer than this is an outage; a connection that is reset, or a 5xx that passes at once, is none. */
const outageMs = 2000;
/** An answer that takes longer tells of a server that stood still. */
const lateMs = 5000;

/** Wraps a transport with URLs, retries, strict validation and errors that say what to do. */
export function kubeApi(transport: Transport, options: KubeApiOptions = {}): KubeApi {
  const deadlineMs = options.deadlineMs ?? 30_000;
  const unknownNameMs = Math.min(deadlineMs, options.unknownNameMs ?? 5000);
  let requests = 0;
  let answered = false;
  let toldAt = -Infinity;
  let lastTrouble = -Infinity;

  const tellSilence = (began: number, limitMs: number, broken: BrokenConnection): void => {
    const now = performance.now();
    if (options.onSilence === undefined || now - Math.max(began, toldAt) < silenceMs) return;
    toldAt = now;
    const left = Math.max(1, Math.round((began + limitMs - now) / 1000));
    options.onSilence(`${broken.message}; trying for ${left} s more`);
  };

  const raw = async (request: Request): Promise<Reply> => {
    const started = performance.now();
    let downSince: number | null = null;
    const note = (sent: number): void => {
      const now = performance.now();
      if (now - sent > lateMs || now - (downSince ?? now) > outageMs) lastTrouble = now;
    };
    for (let attempt = 0; ; attempt++) {
      requests++;
      let wait: number;
      let limitMs = deadlineMs;
      let last: Reply | BrokenConnection;
      const sent = performance.now();
      try {
        last = await transport.send(options.signal === undefined ? request : { signal: options.signal, ...request });
        answered = true;
        if (request.once === true) return last;
        if (last.status >= 500) downSince ??= sent;
        note(sent);
        if (!isTransient(last)) return last;
        wait = retryAfterMs(last) ?? backoffMs(attempt);
      } catch (error) {
        if (!(error instanceof BrokenConnection)) throw error;
        downSince ??= sent;
        note(sent);
        if (request.once === true) throw unreachable(transport.server, error, performance.now() - started);
        last = error;
        wait = backoffMs(attempt);
        if (!answered && error.unknownName !== null) limitMs = unknownNameMs;
        tellSilence(started, limitMs, error);
      }
      if (performance.now() - started + wait > limitMs) {
        if (last instanceof BrokenConnection) throw unreachable(transport.server, last, performance.now() - started);
        return last;
      }
      await delay(wait, undefined, options.signal === undefined ? {} : { signal: options.signal });
    }
  };

  const call = async (verb: string, resource: Resource, target: Target, request: Request): Promise<Reply> => {
    const reply = await raw(request);
    if (reply.status >= 200 && reply.status < 300) return reply;
    throw problemOf(reply, { verb, resource, ...target, server: transport.server });
  };
  const object = (reply: Reply): KubeObject => JSON.parse(reply.body) as KubeObject;

  const api: KubeApi = {
    server: transport.server,
    defaultNamespace: transport.namespace,
    get requests() {
      return requests;
    },
    get lastTrouble() {
      return lastTrouble;
    },
    raw,
    close: () => transport.close(),
    async get(resource, namespace, name) {
      return object(
        await call('get', resource, { namespace, name }, { method: 'GET', path: pathOf(resource, namespace, name) }),
      );
    },
    async find(resource, namespace, name) {
      const reply = await raw({ method: 'GET', path: pathOf(resource, namespace, name) });
      if (reply.status === 404) return null;
      if (reply.status === 200) return object(reply);
      throw problemOf(reply, { verb: 'get', resource, namespace, name, server: transport.server });
    },
    async list(resource, namespace, labelSelector, fieldSelector) {
      const items: KubeObject[] = [];
      let next: string | undefined;
      do {
        const query = new URLSearchParams({ limit: '500' });
        if (labelSelector !== undefined) query.set('labelSelector', labelSelector);
        if (fieldSelector !== undefined) query.set('fieldSelector', fieldSelector);
        if (next !== undefined && next !== '') query.set('continue', next);
        const path = `${pathOf(resource, namespace)}?${query.toString()}`;
        const page = JSON.parse(
          (await call('list', resource, { namespace, name: null }, { method: 'GET', path })).body,
        ) as ListPage;
        for (const item of page.items) items.push({ ...item, apiVersion: resource.apiVersion, kind: resource.kind });
        next = page.metadata?.continue;
      } while (next !== undefined && next !== '');
      return items;
    },
    async create(resource, body) {
      const target = { namespace: body.metadata.namespace ?? null, name: body.metadata.name };
      const path = `${pathOf(resource, target.namespace)}?fieldManager=${fieldManager}&fieldValidation=Strict`;
      return object(await call('create', resource, target, { method: 'POST', path, body: JSON.stringify(body) }));
    },
    async replace(resource, body) {
      const target = { namespace: body.metadata.namespace ?? null, name: body.metadata.name };
      const path = `${pathOf(resource, target.namespace, target.name)}?fieldManager=${fieldManager}&fieldValidation=Strict`;
      return object(await call('update', resource, target, { method: 'PUT', path, body: JSON.stringify(body) }));
    },
    async apply(resource, body, apply = {}) {
      const target = { namespace: body.metadata.namespace ?? null, name: body.metadata.name };
      const query = new URLSearchParams({
        fieldManager,
        fieldValidation: 'Strict',
        force: String(apply.force ?? false),
      });
      if (apply.dryRun === true) query.set('dryRun', 'All');
      const path = `${pathOf(resource, target.namespace, target.name)}?${query.toString()}`;
      const contentType = 'application/apply-patch+yaml';
      return object(
        await call('patch', resource, target, { method: 'PATCH', path, contentType, body: JSON.stringify(body) }),
      );
    },
    async patch(resource, namespace, name, patch: JsonPatch, subresource) {
      const path = `${pathOf(resource, namespace, name)}${subresource === undefined ? '' : `/${subresource}`}?fieldManager=${fieldManager}`;
      const contentType = 'application/json-patch+json';
      return object(
        await call(
          'patch',
          resource,
          { namespace, name },
          { method: 'PATCH', path, contentType, body: JSON.stringify(patch) },
        ),
      );
    },
    async delete(resource, namespace, name, wishes: DeleteOptions = {}) {
      const { uid, resourceVersion, gracePeriodSeconds, propagation } = wishes;
      const body = JSON.stringify({
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: propagation ?? 'Background',
        ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
        ...(uid === undefined && resourceVersion === undefined ? {} : { preconditions: { uid, resourceVersion } }),
      });
      const reply = await raw({ method: 'DELETE', path: pathOf(resource, namespace, name), body });
      if (reply.status === 404) return false;
      if (reply.status >= 200 && reply.status < 300) return true;
      throw problemOf(reply, { verb: 'delete', resource, namespace, name, server: transport.server });
    },
    async logs(namespace, pod, wishes = {}) {
      const query = new URLSearchParams();
      if (wishes.container !== undefined) query.set('container', wishes.container);
      if (wishes.tailLines !== undefined) query.set('tailLines', String(wishes.tailLines));
      if (wishes.previous === true) query.set('previous', 'true');
      const path = `${pathOf(podResource, namespace, pod)}/log?${query.toString()}`;
      return (
        await call('get', { ...podResource, plural: 'pods/log' }, { namespace, name: pod }, { method: 'GET', path })
      ).body;
    },
    exec(request) {
      requests++;
      if (transport.exec === undefined) throw new Error('this transport runs nothing in pods');
      return transport.exec(request);
    },
    async podProxy(namespace, pod, port, path, timeoutMs) {
      const url = `${pathOf(podResource, namespace, `${pod}:${port}`)}/proxy/${path.replace(/^\//, '')}`;
      requests++;
      // The caller judges the answer: a 503 of the pod must not look like a busy API server.
      return transport.send({
        method: 'GET',
        path: url,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        ...signalOf(options),
      });
    },
    async may(verb, { group, plural, subresource }, namespace, name) {
      const body = JSON.stringify({
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: {
          resourceAttributes: { verb, group, resource: plural, subresource, namespace: namespace ?? undefined, name },
        },
      });
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      const reply = await call('create', accessReview, { namespace: null, name: null }, { method: 'POST', path, body });
      return (JSON.parse(reply.body) as { status?: { allowed?: boolean } }).status?.allowed === true;
    },
  };
  return api;
}

interface Target {
  readonly namespace: string | null;
  readonly name: string | null;
}

interface ListPage {
  readonly items: KubeObject[];
  readonly metadata?: { readonly continue?: string };
}

const podResource: Resource = { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };
const accessReview: Resource = {
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  namespaced: false,
};

/** URL path of a collection, or of one object when `name` is given. */
export function pathOf(resource: Resource, namespace: string | null, name?: string): string {
  const root = resource.apiVersion.includes('/') ? `/apis/${resource.apiVersion}` : `/api/${resource.apiVersion}`;
  const scope = resource.namespaced && namespace !== null ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  // `pod:port` of the proxy keeps its colon.
  return `${root}${scope}/${resource.plural}${name === undefined ? '' : `/${encodeURIComponent(name).replaceAll('%3A', ':')}`}`;
}

function signalOf(options: KubeApiOptions): { signal?: AbortSignal } {
  return options.signal === undefined ? {} : { signal: options.signal };
}

function isTransient(reply: Reply): boolean {
  return reply.status === 429 || (reply.status >= 500 && reply.status !== 501);
}

function retryAfterMs(reply: Reply): number | null {
  const seconds = Number(reply.headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null;
}

/** 0.1 s doubling to 3.2 s, with jitter so that two engines do not knock in step. */
function backoffMs(attempt: number): number {
  return 100 * 2 ** Math.min(attempt, 5) * (0.75 + Math.random() / 2);
}
