import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { MlDeployError } from '../../../src/errors.ts';
import type { Reply, Request, Transport } from '../../../src/kubernetes/api.ts';
import { BrokenConnection } from '../../../src/kubernetes/connection.ts';
import { kubeApi } from '../../../src/kubernetes/kube-api.ts';
import { type Route, routeTo } from '../../../src/smoke/runtimes/kubernetes/route.ts';

/** What the API server itself says when the pod does not answer. */
const said = (message: string): Reply => ({
  status: 503,
  headers: {},
  body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', message: `error trying to reach service: ${message}` }),
});
/** Its own words on anything else. */
const status = (code: number, message: string): Reply => ({
  status: code,
  headers: {},
  body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', code, message }),
});
const answer: Reply = { status: 200, headers: {}, body: '{"outputs":[6]}' };

const broken = Symbol('the connection breaks');

/** A way to a pod whose address leads nowhere from here; the proxy answers the questions after the first, which settles the way, with these. */
function proxied(...answers: Reply[]): Route & { readonly sent: Request[] } {
  return withReplies(answers, false);
}

/** As `proxied`; `broken`: the connection to the API server breaks. */
function withReplies(
  answers: readonly (Reply | typeof broken)[],
  over: boolean,
  live = answer,
): Route & { readonly sent: Request[] } {
  const sent: Request[] = [];
  const transport: Transport = {
    server: 'https://api.test',
    namespace: 'ml',
    close: () => undefined,
    send: async (request) => {
      if (request.path.endsWith('/healthz')) return live;
      sent.push(request);
      const reply = answers[Math.min(sent.length, answers.length) - 1] ?? answer;
      await delay(5);
      if (reply === broken) throw new BrokenConnection('https://api.test', new Error('other side closed'));
      return reply;
    },
  };
  const route = routeTo({
    api: kubeApi(transport),
    namespace: 'ml',
    pod: 'p',
    port: 1,
    livePath: '/healthz',
    revision: 'r',
    over: () => Promise.resolve(over),
    address: () => Promise.resolve('127.0.0.1'),
  });
  return { ...route, sent };
}

const predict = { method: 'POST', path: '/predict', body: '{}' } as const;
const closed = said('EOF');
const reset = said('read tcp 10.0.0.1:4->10.0.0.2:8000: read: connection reset by peer');

describe('through the proxy of the API server', () => {
  test('connections that the pod had closed while they were idle are no answer of the pod: the next one counts', async () => {
    const route = proxied(
      answer,
      answer,
      answer,
      answer,
      closed,
      reset,
      said('http: server closed idle connection'),
      answer,
    );
    await route.send(predict);
    // Three at a time: so many connections does the API server keep.
    await Promise.all([route.send(predict), route.send(predict), route.send(predict)]);
    await delay(1_050);
    expect(await route.send(predict)).toMatchObject({ kind: 'answer', status: 200 });
    expect(route.sent).toHaveLength(8);
    expect(route.detour()).toContain("the API server's pod proxy");
    expect(route.resent()[0]).toContain('3 requests (all of them unused for a second or more)');
  });

  test('but those that break as they are used do not hide workers that die: two are forgiven', async () => {
    const route = proxied(answer, closed, answer, reset, answer, closed, answer);
    const kinds: string[] = [];
    for (let sent = 0; sent < 4; sent++) kinds.push((await route.send(predict)).kind);
    expect(kinds).toEqual(['answer', 'answer', 'answer', 'none']);
    expect(route.resent()[0]).toContain('2 requests (2 of them used less than a second before)');
  });

  test.each([
    ['dial tcp 10.0.0.2:8000: connect: connection refused', 'refused'],
    ['proxy error from 127.0.0.1:6443 while dialing 10.42.0.5:8000, code 502: 502 Bad Gateway', 'refused'],
    ['context deadline exceeded', 'timeout'],
  ])('%s is told at once', async (message, reason) => {
    const route = proxied(said(message));
    expect(await route.send(predict)).toMatchObject({ kind: 'none', reason });
    expect(route.sent).toHaveLength(1);
  });

  const tooMany: Reply = { status: 429, headers: {}, body: 'Too many requests, please try again later.\n' };
  test.each<[string, Reply]>([
    ['429 of all users together', tooMany],
    ['503 of an API server that shuts down', status(503, 'apiserver is shutting down')],
    [
      '500 of an API server',
      { status: 500, headers: {}, body: 'Internal Server Error: "/api/v1/namespaces/ml/pods": x' },
    ],
    ['no agent of konnectivity', said('dial tcp 10.0.0.2:8000: No agent available')],
    ['no network', said('dial tcp 10.0.0.2:8000: connect: no route to host')],
  ])('%s is no answer of the pod: it is asked again', async (_, reply) => {
    const route = proxied(reply, answer);
    expect(await route.send(predict)).toMatchObject({ kind: 'answer', status: 200 });
    expect(route.sent).toHaveLength(2);
    expect(route.resent()).toEqual([]);
  });

  test.each<[string, Reply, string]>([
    ['429 for a minute', { ...tooMany, headers: { 'retry-after': '60' } }, 'kubernetes/unavailable'],
    ['401', status(401, 'Unauthorized'), 'kubernetes/unauthenticated'],
    ['403', status(403, 'pods "p" is forbidden: cannot create resource "pods/proxy"'), 'kubernetes/forbidden'],
    ['no connection', said('dial tcp 10.0.0.7:8000: i/o timeout'), 'smoke/pod-not-reached'],
    [
      'a connection that timed out',
      said('dial tcp 10.0.0.7:8000: connect: connection timed out'),
      'smoke/pod-not-reached',
    ],
    ['400', status(400, 'address not allowed'), 'kubernetes/refused'],
  ])('%s of the API server is its own fault, not that of the model', async (_, reply, code) => {
    await expect(proxied(reply).send(predict)).rejects.toMatchObject({ code, kind: 'infrastructure' });
  });

  test('a page of the load balancer before the API server lacks its mark, and is no answer either', async () => {
    const marked: Reply = { ...answer, headers: { 'audit-id': 'x' } };
    const page: Reply = { status: 502, headers: {}, body: '<html>502 Bad Gateway</html>' };
    const route = proxied(marked, page, marked);
    await route.send(predict);
    expect(await route.send(predict)).toMatchObject({ kind: 'answer', status: 200 });
    expect(route.sent).toHaveLength(3);
  });

  test.each<[string, boolean]>([
    ['with its container is its end', true],
    ['without it says nothing against the model', false],
  ])('an answer that breaks in the middle %s', async (_, over) => {
    const route = withReplies([broken], over);
    const sent = route.send(predict);
    if (over) expect(await sent).toMatchObject({ kind: 'none', reason: 'broken' });
    else await expect(sent).rejects.toMatchObject({ code: 'kubernetes/unreachable', kind: 'infrastructure' });
  });

  test.each([429, 401, 503])('%i of the model itself is its answer', async (code) => {
    const own: Reply = { status: code, headers: { 'audit-id': 'x' }, body: '{"detail":"busy"}' };
    expect(await proxied(own).send(predict)).toMatchObject({ kind: 'answer', status: code });
  });

  test('a firewall between API server and pod is said as soon as the API server has given up, though questions are short', async () => {
    const transport: Transport = {
      server: 'https://api.test',
      namespace: 'ml',
      close: () => undefined,
      send: async ({ timeoutMs = 0 }) => {
        // It gives up after 30 s; whoever waits less learns nothing.
        if (timeoutMs > 30_000) return said('dial tcp 10.0.0.7:8000: i/o timeout');
        // Timers end up to a millisecond early.
        await delay(timeoutMs - 1);
        throw new MlDeployError({ code: 'kubernetes/unreachable', kind: 'infrastructure', message: 'late', hint: '' });
      },
    };
    const api = kubeApi(transport);
    const address = () => Promise.resolve('127.0.0.1');
    const over = () => Promise.resolve(false);
    const pod = { api, namespace: 'ml', pod: 'p', port: 1, livePath: '/healthz', revision: 'r' };
    const route = routeTo({ ...pod, address, over });
    expect(await route.send(predict)).toMatchObject({ kind: 'none', reason: 'refused' });
    const failure = () => route.send(predict).then(null, (error: unknown) => error);
    await expect.poll(failure).toMatchObject({ code: 'smoke/pod-not-reached' });
    route.close();
  });
});
