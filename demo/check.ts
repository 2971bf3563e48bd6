import { join } from 'node:path';
import { parseConfig } from '../src/config/load.ts';
import { chooseBuilder } from '../src/image/builders/index.ts';
import type { KubeApi, Resource } from '../src/kubernetes/api.ts';
import { connect } from '../src/kubernetes/client.ts';
import { resources } from '../src/kubernetes/resources.ts';
import { findCredentials } from '../src/oci/credentials.ts';
import { RegistryClient } from '../src/oci/registry.ts';
import { parseRepository } from '../src/oci/repository.ts';
import { checkRights } from '../src/rollout/preflight.ts';
import { groupOf } from '../src/rollout/watchdog/rules.ts';
import { explained, DemoProblem } from './problem.ts';
import { configText } from './project.ts';
import { environmentOf, type Target } from './target.ts';

/** How long the cluster may take to answer one question. */
const answerMs = 10_000;

const clusterHint = 'DEMO_CONTEXT must be a context of the kubeconfig (variable KUBECONFIG) with administrator rights.';
const builderHint =
  'BUILDKIT_HOST must be the address of a running BuildKit daemon, and buildctl be on PATH or named by BUILDCTL.';
const registryHint =
  'DEMO_REPOSITORY must be a repository that this user may push to from here; DEMO_INSECURE=1 if its registry speaks plain HTTP.';

/** Runs `work` connected to the target's cluster. */
export async function withApi<T>(target: Target, work: (api: KubeApi) => Promise<T>): Promise<T> {
  const { kubeconfig, context } = target;
  const environment = process.env as Record<string, string>;
  const api = await connect({ kubeconfig, context, environment, deadlineMs: answerMs });
  try {
    return await work(api);
  } finally {
    api.close();
  }
}

/**
 * Finds out before any work whether cluster, rights, builder and registry are what the demo needs; changes nothing. Throws a DemoProblem
 * that says what to mend.
 */
export async function checkTarget(target: Target, namespace: string, say: (line: string) => void): Promise<void> {
  await named(`The cluster (${target.title})`, clusterHint, () =>
    withApi(target, async (api) => {
      await checkNamespaceRights(api, target, namespace);
      const config = parseConfig(configText(target, namespace), 'demo/mldeploy.yaml', null);
      for (const note of await checkRights(api, config)) say(note);
      await refuse(api, namespace, [resources.pod, 'create', 'get', 'delete']);
    }),
  );
  const environment = environmentOf(target, null);
  const signal = AbortSignal.timeout(60_000);
  const dockerConfig = process.env['DOCKER_CONFIG'] ?? join(process.env['HOME'] ?? '/', '.docker');
  await named(`BuildKit (BUILDKIT_HOST=${target.buildkit}, ${target.buildctl})`, builderHint, () =>
    chooseBuilder(
      'buildkit',
      { dockerfile: false, packages: true, layoutBase: false },
      { buildkit: target.buildkit, dockerConfig, environment },
      signal,
    ),
  );
  await named(`The registry of ${target.repository}`, registryHint, () => {
    const repository = parseRepository(`${target.repository}/tumour`);
    const credentials = (): ReturnType<typeof findCredentials> =>
      findCredentials(repository.host, { dockerConfig, environment });
    return new RegistryClient({ repository, insecure: target.insecure, credentials, signal }).checkPush();
  });
}

/** The demo makes a namespace and deletes those of earlier runs. */
async function checkNamespaceRights(api: KubeApi, target: Target, namespace: string): Promise<void> {
  // Where an address was prepared, its namespace usually was prepared with it.
  const prepared = target.url !== null && (await api.find(resources.namespace, null, namespace)) !== null;
  if (!prepared) await refuse(api, null, [resources.namespace, 'create', 'list', 'delete']);
}

async function refuse(
  api: KubeApi,
  namespace: string | null,
  [resource, ...verbs]: readonly [Resource, ...string[]],
): Promise<void> {
  const missing: string[] = [];
  for (const verb of verbs) {
    const { plural } = resource;
    if (!(await api.may(verb, { group: groupOf(resource), plural }, namespace))) missing.push(`${verb} ${plural}`);
  }
  if (missing.length === 0) return;
  throw new DemoProblem(
    `This account may not ${missing.join(', ')}${namespace === null ? ' in the cluster' : ` in namespace ${namespace}`}, which the demo has to do; use a context with more rights.`,
  );
}

async function named(what: string, hint: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw explained(what, error, hint);
  }
}
