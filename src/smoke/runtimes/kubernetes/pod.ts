import type { KubeObject } from '../../../kubernetes/api.ts';
import { podTemplate } from '../../../kubernetes/objects/deployment.ts';
import { labels, managedByUs } from '../../../kubernetes/objects/labels.ts';
import { startLimitMs, type StartSpec } from '../runtime.ts';
import { podNeeds } from '../../../server/server.ts';

/** Marks a pod as ours for one smoke test; the value names the run. */
export const smokeLabel = 'mldeploy/smoke';
/** Which process started it (owner.ts). */
export const ownerAnnotation = 'mldeploy/smoke-owner';
/** Seconds after its creation at which the test is over for certain, whatever became of its engine. */
export const lifeAnnotation = 'mldeploy/smoke-life-seconds';

/** Far beyond any test: a bound for pods whose engine died, when nobody comes by to remove them. */
const longestTestSeconds = 3600;
/** Nothing has to learn that the pod leaves: no traffic reaches it but ours. */
const drainSeconds = 1;

export interface PodFacts {
  readonly spec: StartSpec;
  readonly image: string;
  /** Names the run: `smoke-3f9a1c`. */
  readonly run: string;
  readonly device: 'cpu' | 'gpu';
  readonly owner: string;
}

/** Name of the pod of a run. */
export function podName(model: string, run: string): string {
  return `${model.slice(0, 63 - run.length - 1)}-${run}`;
}

/**
 * The pod of a smoke test: the template that the rollout deploys, but with labels that no Service selects, without probes and
 * restarts (a crash has to be seen), and with a deadline after which the cluster ends it by itself.
 */
export function smokePod({ spec, image, run, device, owner }: PodFacts): KubeObject {
  const { config, server } = spec;
  const seconds = (ms: number) => Math.ceil(ms / 1000);
  const { readyTimeoutMs, stopTimeoutMs } = config.smoke;
  const life = seconds(startLimitMs + readyTimeoutMs + stopTimeoutMs) + longestTestSeconds;
  const template = podTemplate({
    config: device === 'gpu' ? config : { ...config, resources: { ...config.resources, gpu: null } },
    revision: run,
    image,
    modelDigest: spec.modelDigest,
    weights: spec.weights ?? null,
    replicas: 1,
    epoch: 0,
    ...podNeeds(server, config),
  });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podName(config.name, run),
      namespace: config.deploy.namespace,
      labels: { [labels.managedBy]: managedByUs, [smokeLabel]: run },
      annotations: { ...template.metadata.annotations, [ownerAnnotation]: owner, [lifeAnnotation]: String(life) },
    },
    spec: {
      ...template.spec,
      restartPolicy: 'Never',
      activeDeadlineSeconds: life,
      terminationGracePeriodSeconds: Math.max(1, seconds(config.smoke.stopTimeoutMs)),
      containers: template.spec.containers.map(withoutProbes),
    },
  };
}

const probeFields = new Set(['startupProbe', 'readinessProbe', 'livenessProbe', 'lifecycle']);

function withoutProbes(container: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.fromEntries(Object.entries(container).filter(([field]) => !probeFields.has(field)));
  const env = (container['env'] ?? []) as readonly { name: string; value?: string }[];
  return {
    ...kept,
    env: env.map((one) => (one.name === 'MLDEPLOY_DRAIN_SECONDS' ? { ...one, value: String(drainSeconds) } : one)),
  };
}
