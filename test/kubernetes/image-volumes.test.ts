import { beforeEach, describe, expect, it } from 'vitest';

import { parseConfig } from '../../src/config/load.ts';
import type { KubeObject } from '../../src/kubernetes/api.ts';
import { checkImageVolumes } from '../../src/kubernetes/image-volumes.ts';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { MemoryTransport } from '../rollout/memory-transport.ts';

const reference = `r.example/fraud@sha256:${'a'.repeat(64)}`;
const kept: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'x' },
  spec: { volumes: [{ name: 'model', image: { reference } }] },
};
let transport: MemoryTransport;

beforeEach(() => {
  transport = new MemoryTransport();
});

function node(name: string, runtime: string, zone = 'a', spec: object = {}): void {
  const metadata = { name, labels: { zone } };
  transport.objects.set(`/api/v1/nodes/${name}`, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata,
    spec,
    status: { nodeInfo: { containerRuntimeVersion: runtime } },
  });
}

function check(minor: string, answer = kept, deploy = ''): Promise<readonly string[]> {
  transport.intercept ??= ({ path }) =>
    path === '/version'
      ? { status: 200, headers: {}, body: JSON.stringify({ major: '1', minor, gitVersion: `v1.${minor}.0` }) }
      : undefined;
  const text = `version: 1\nname: fraud\nmodel: {path: m}\nimage: {repository: r.example/fraud}\ndeploy: {namespace: ml${deploy}}\n`;
  const config = parseConfig(text, 'mldeploy.yaml', null);
  return checkImageVolumes(kubeApi(transport), config, reference, () => Promise.resolve(answer));
}

const refused = (message: RegExp): object => ({
  code: 'kubernetes/no-image-volumes',
  kind: 'usage',
  message: expect.stringMatching(message) as string,
});

describe('a cluster can mount a model', () => {
  it.each(['containerd://2.2.1', 'containerd://2.10.0', 'containerd://3.0.0', 'cri-o://1.33.4', 'other://0.1'])(
    'with %s',
    async (runtime) => {
      node('n1', runtime);
      expect(await check('35')).toEqual([]);
    },
  );

  it('as its vendor writes the version', async () => {
    node('n1', 'containerd://2.2.1');
    expect(await check('33+')).toEqual([]);
  });

  it('with old nodes that get none of the pods', async () => {
    node('n1', 'containerd://2.2.1');
    node('n2', 'containerd://1.7.27', 'b');
    node('n3', 'containerd://1.7.27', 'a', { unschedulable: true });
    expect(await check('35', kept, ', nodeSelector: {zone: a}')).toEqual([]);
  });

  it('or so it seems to an account that may not see nodes', async () => {
    transport.intercept = ({ path }) =>
      path === '/version'
        ? { status: 200, headers: {}, body: '{"minor": "35", "gitVersion": "v1.35.0"}' }
        : { status: 403, headers: {}, body: '{"message": "nodes is forbidden"}' };
    expect(await check('35')).toEqual([expect.stringContaining('was not checked')]);
  });
});

describe('a cluster cannot', () => {
  it('when it is too old', async () => {
    await expect(check('32')).rejects.toMatchObject(refused(/runs Kubernetes v1\.32\.0, and .* from 1\.33 on/));
  });

  it.each(['containerd://1.6.20~ds1', 'containerd://2.1.4', 'cri-o://1.31.0', 'docker://27.0.1'])(
    'with %s',
    async (runtime) => {
      node('n1', 'containerd://2.2.1');
      node('n2', runtime);
      await expect(check('35')).rejects.toMatchObject(refused(/1 node that may get the pods .*: n2 \(/));
    },
  );

  it('when the API server leaves the volume out, which it does without a word', async () => {
    node('n1', 'containerd://2.2.1');
    const without = { ...kept, spec: { volumes: [] } };
    await expect(check('34', without)).rejects.toMatchObject(refused(/its feature gate ImageVolume is off/));
  });
});
