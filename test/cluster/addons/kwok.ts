import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kwok as recipe } from '../build/recipes/kwok.ts';
import { until } from '../poll.ts';
import { keyFiles } from '../services/credentials.ts';
import type { Addon } from './addon.ts';

const port = 10247;

/** Fake nodes: whatever lands on a node annotated `kwok.x-k8s.io/node: fake` is said to run. Two small ones are there from the start. */
export const kwok: Addon = {
  name: 'kwok',
  recipes: [recipe],
  seconds: 5,
  async start({ cluster, built, binInside, folder, startService }) {
    const stages = join(built(recipe).files, 'kustomize/stage/fast');
    writeFileSync(join(folder.outside, 'stages.yaml'), await cluster.kubectl(['kustomize', stages]));
    startService({
      name: 'kwok',
      command: [
        `${binInside(recipe)}/kwok`,
        `--kubeconfig=${keyFiles.adminKubeconfig}`,
        '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
        `--config=${folder.inside}/stages.yaml`,
        `--node-port=${port}`,
        '--node-lease-duration-seconds=40',
      ],
    });
    const names = ['fake-1', 'fake-2'];
    await cluster.apply(...names.map(fakeNode));
    const hint = (): string => `see ${join(cluster.folder, 'logs/kwok.log')}`;
    await until(
      'fake nodes',
      async () => {
        const wait = ['wait', '--for=condition=Ready', ...names.map((name) => `node/${name}`), '--timeout=1s'];
        await cluster.kubectl(wait);
        return true;
      },
      { hint },
    );
    return { nodes: names.length };
  },
};

/** A node that only pods which tolerate `kwok.x-k8s.io/node` land on. */
function fakeNode(name: string): object {
  const room = { cpu: '64', memory: '512Gi', pods: '500' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
      labels: { type: 'kwok', 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' },
    },
    spec: { taints: [{ key: 'kwok.x-k8s.io/node', value: 'fake', effect: 'NoSchedule' }] },
    status: { allocatable: room, capacity: room },
  };
}
