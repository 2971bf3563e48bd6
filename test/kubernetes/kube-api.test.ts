import { describe, expect, it } from 'vitest';
import { MlDeployError } from '../../src/errors.ts';
import type { Reply, Request, Transport } from '../../src/kubernetes/api.ts';
import { BrokenConnection } from '../../src/kubernetes/connection.ts';
import { kubeApi, pathOf } from '../../src/kubernetes/kube-api.ts';
import { resources } from '../../src/kubernetes/resources.ts';

/** Answers from a script, to provoke what a healthy API server does not do on demand. */
function scripted(...answers: (Partial<Reply> | Error)[]): Transport & { seen: Request[] } {
  const seen: Request[] = [];
  return {
    server: 'https://api.test',
    namespace: 'default',
    seen,
    close: () => undefined,
    send(request) {
      seen.push(request);
      const answer = answers[Math.min(seen.length, answers.length) - 1];
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve({ status: 200, body: '{"metadata":{"name":"x"}}', headers: {}, ...answer });
    },
  };
}

const status = (code: number, message: string): Partial<Reply> => ({ status: code, body: JSON.stringify({ message }) });

async function failure(promise: Promise<unknown>): Promise<MlDeployError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MlDeployError);
  return error as MlDeployError;
}

describe('paths', () => {
  it('builds core, group and proxy paths', () => {
    expect(pathOf(resources.pod, 'ml', 'web:8000')).toBe('/api/v1/namespaces/ml/pods/web:8000');
    expect(pathOf(resources.deployment, 'ml')).toBe('/apis/apps/v1/namespaces/ml/deployments');
    expect(pathOf(resources.node, null, 'n')).toBe('/api/v1/nodes/n');
  });
});

describe.concurrent('retries', () => {
  it('repeats 429 and 5xx and broken connections until it succeeds', async () => {
    const transport = scripted(
      status(429, 'slow'),
      status(503, 'busy'),
      new BrokenConnection('https://api.test', new Error('reset')),
      {},
    );
    const api = kubeApi(transport);
    await api.get(resources.pod, 'ml', 'web');
    expect(transport.seen).toHaveLength(4);
    expect(api.requests).toBe(4);
  });

  it.each([
    ['broken connections', new BrokenConnection('https://api.test', new Error('reset'))],
    ['5xx', status(503, 'etcd leader changed')],
  ])('remembers when the server was out of reach for seconds: %s', async (_name, trouble) => {
    const api = kubeApi(scripted(trouble, trouble, trouble, trouble, trouble, {}));
    const before = performance.now();
    await api.get(resources.pod, 'ml', 'x');
    expect(performance.now() - before).toBeGreaterThan(2000);
    expect(api.lastTrouble).toBeGreaterThan(before + 2000);
  });

  it.each([
    ['one reset connection', new BrokenConnection('https://api.test', new Error('reset'))],
    ['one 5xx', status(503, 'etcd leader changed')],
    ['a refusal', status(404, 'not found')],
    ['a request to wait', { ...status(429, 'too many requests'), headers: { 'retry-after': '2.5' } }],
  ])('does not take %s for an outage', async (_name, answer) => {
    const api = kubeApi(scripted(answer, {}));
    await api.find(resources.pod, 'ml', 'x');
    expect(api.lastTrouble).toBe(-Infinity);
  });

  it('gives up within seconds when the name of the server has no address', async () => {
    const cause = Object.assign(new Error('getaddrinfo ENOTFOUND api.test'), {
      code: 'ENOTFOUND',
      hostname: 'api.test',
    });
    const broken = new BrokenConnection('https://api.test', new TypeError('fetch failed', { cause }));
    const api = kubeApi(scripted(broken), { unknownNameMs: 1000 });
    const error = await failure(api.get(resources.pod, 'ml', 'web'));
    expect(api.requests).toBeGreaterThan(2);
    expect(error.code).toBe('kubernetes/unreachable');
    expect(error.message).toContain('finds no address for the name api.test');
    expect(error.hint).toContain('kubeconfig');
  });

  it('waits its whole time for a name that had an address before: that passes', async () => {
    const cause = Object.assign(new Error('getaddrinfo EAI_AGAIN api.test'), {
      code: 'EAI_AGAIN',
      hostname: 'api.test',
    });
    const broken = new BrokenConnection('https://api.test', cause);
    const api = kubeApi(scripted({}, ...Array<Error>(5).fill(broken), {}), { unknownNameMs: 1000 });
    await api.get(resources.pod, 'ml', 'web');
    await api.get(resources.pod, 'ml', 'web');
    expect(api.requests).toBe(7);
  });

  it('tells that it waits, every few seconds', async () => {
    const told: string[] = [];
    const broken = new BrokenConnection('https://api.test', new Error('ECONNREFUSED'));
    // Waits double and vary by a quarter: within nine seconds at least one attempt comes after the first three.
    const options = { deadlineMs: 9000, onSilence: (message: string) => told.push(message) };
    await failure(kubeApi(scripted(broken), options).get(resources.pod, 'ml', 'web'));
    expect(told.length).toBeGreaterThan(0);
    for (const line of told) expect(line).toMatch(/^no answer from https:\/\/api\.test: .*; trying for \d s more$/);
  });

  it('gives up at its deadline and says which server', async () => {
    const api = kubeApi(scripted(new BrokenConnection('https://api.test', new Error('ECONNREFUSED'))), {
      deadlineMs: 150,
    });
    const error = await failure(api.get(resources.pod, 'ml', 'web'));
    expect(error.code).toBe('kubernetes/unreachable');
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('does not repeat a refusal', async () => {
    const transport = scripted(status(403, 'no'));
    await failure(kubeApi(transport).get(resources.pod, 'ml', 'web'));
    expect(transport.seen).toHaveLength(1);
  });
});

describe('refusals', () => {
  it('names verb and resource that are not allowed', async () => {
    const error = await failure(kubeApi(scripted(status(403, 'rbac'))).delete(resources.deployment, 'ml', 'web'));
    expect(error.code).toBe('kubernetes/forbidden');
    expect(error.message).toContain('delete deployments.apps (Deployment web in namespace ml)');
  });

  it.each([
    [
      'pods "p" is forbidden: exceeded quota: gpus, requested: requests.nvidia.com/gpu=1, used: requests.nvidia.com/gpu=4, limited: requests.nvidia.com/gpu=4',
      'kubernetes/quota',
      'the quota gpus of the namespace allows requests.nvidia.com/gpu=4, taken are requests.nvidia.com/gpu=4, asked for are requests.nvidia.com/gpu=1',
    ],
    [
      'pods "p" is forbidden: failed quota: all: must specify limits.cpu',
      'kubernetes/quota',
      'asks that every pod names',
    ],
    [
      'pods "p" is forbidden: violates PodSecurity "restricted:latest": seLinuxOptions',
      'kubernetes/not-admitted',
      'the pod security standard restricted:latest',
    ],
    [
      'pods "p" is forbidden: pod rejected: RuntimeClass "nvidia" not found',
      'kubernetes/not-admitted',
      'the cluster has no RuntimeClass nvidia',
    ],
    [
      'pods "p" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi',
      'kubernetes/not-admitted',
      'the LimitRange of the namespace',
    ],
  ])('tells a rule of the namespace from a missing right: %s', async (said, code, means) => {
    const error = await failure(kubeApi(scripted(status(403, said))).get(resources.pod, 'ml', 'p'));
    expect(error.code).toBe(code);
    expect(error.message).toContain(means);
  });

  it('tells a failed patch test from an invalid object', async () => {
    const lost = status(422, 'the server rejected our request due to an error in our request');
    expect((await failure(kubeApi(scripted(lost)).patch(resources.service, 'ml', 'web', []))).code).toBe(
      'kubernetes/conflict',
    );
    const invalid = status(422, 'Service "web" is invalid: spec.ports: Required value');
    expect((await failure(kubeApi(scripted(invalid)).patch(resources.service, 'ml', 'web', []))).code).toBe(
      'kubernetes/invalid',
    );
  });

  it('treats an absent object as absent', async () => {
    expect(await kubeApi(scripted(status(404, 'gone'))).find(resources.pod, 'ml', 'web')).toBeNull();
    expect(await kubeApi(scripted(status(404, 'gone'))).delete(resources.pod, 'ml', 'web')).toBe(false);
  });
});

describe('lists', () => {
  it('follows continue tokens and fills in the kind that list items lack', async () => {
    const page = (name: string, next?: string): Partial<Reply> => ({
      body: JSON.stringify({ items: [{ metadata: { name } }], metadata: { continue: next } }),
    });
    const transport = scripted(page('a', 'more'), page('b'));
    const found = await kubeApi(transport).list(resources.pod, 'ml', 'app=web');
    expect(found.map((pod) => [pod.kind, pod.metadata.name])).toEqual([
      ['Pod', 'a'],
      ['Pod', 'b'],
    ]);
    expect(transport.seen[1]?.path).toContain('continue=more');
  });
});
