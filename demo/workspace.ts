import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { KubeApi } from '../src/kubernetes/api.ts';
import { resources } from '../src/kubernetes/resources.ts';
import { withApi } from './check.ts';
import { DemoProblem } from './problem.ts';
import type { Target } from './target.ts';

/** Names the checkout that made a namespace: a cluster may be shared, and others' demos are none of our business. */
const label = 'ml-deploy/demo';
const model = 'tumour';
const goneMs = 120_000;

/** Name of this run's namespace; behind an address that somebody prepared it is always the same. */
export function namespaceName(target: Target): string {
  return target.url === null ? `ml-deploy-demo-${Date.now().toString(36)}` : 'ml-deploy-demo';
}

/** Deletes the namespaces of this checkout's earlier runs, without waiting. */
export async function removeEarlier(target: Target, name: string, state: string): Promise<void> {
  if (target.url !== null) return;
  await withApi(target, async (api) => {
    for (const old of await api.list(resources.namespace, null, `${label}=${checkoutId(state)}`)) {
      if (old.metadata.name !== name) await api.delete(resources.namespace, null, old.metadata.name);
    }
  });
}

/** Makes the namespace; a prepared one is cleared of an earlier demo. */
export async function freshNamespace(target: Target, name: string, state: string): Promise<void> {
  const checkout = checkoutId(state);
  await withApi(target, async (api) => {
    const there = await usableNamespace(api, name);
    if (there) await clear(api, name);
    else {
      await api.create(resources.namespace, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels: { [label]: checkout } },
      });
    }
  });
}

/** Deletes a namespace that this run made and that is of no use. */
export async function dropNamespace(target: Target, name: string): Promise<void> {
  if (target.url !== null) return;
  await withApi(target, (api) => api.delete(resources.namespace, null, name));
}

function checkoutId(state: string): string {
  const file = join(state, 'id');
  if (!existsSync(file)) writeFileSync(file, randomBytes(8).toString('hex'));
  return readFileSync(file, 'utf8').trim();
}

/** Whether the namespace exists; one that is being deleted is waited for. */
async function usableNamespace(api: KubeApi, name: string): Promise<boolean> {
  const deadline = performance.now() + goneMs;
  for (;;) {
    const there = await api.find(resources.namespace, null, name);
    if (there === null) return false;
    if (there.metadata.deletionTimestamp === undefined) return true;
    if (performance.now() > deadline) {
      throw new DemoProblem(`Namespace ${name} has been ending for ${goneMs / 1000} s; look at its finalizers.`);
    }
    await delay(1000);
  }
}

/** Removes what an earlier demo left of its model, so that v1 is a first deploy again; nothing else of the namespace. */
async function clear(api: KubeApi, namespace: string): Promise<void> {
  const ours = `app=${model},app.kubernetes.io/managed-by=ml-deploy`;
  const { deployment, service, configMap, lease, job } = resources;
  for (const resource of [service, deployment, job]) {
    for (const { metadata } of await api.list(resource, namespace, ours)) {
      await api.delete(resource, namespace, metadata.name);
    }
  }
  for (const resource of [configMap, lease]) await api.delete(resource, namespace, `mldeploy-${model}`);
  const deadline = performance.now() + goneMs;
  while ((await api.list(resources.pod, namespace, `app=${model}`)).length > 0) {
    if (performance.now() > deadline) throw new DemoProblem(`Pods of an earlier demo do not end in ${namespace}.`);
    await delay(1000);
  }
}
