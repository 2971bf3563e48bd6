import { createHash } from 'node:crypto';
import type { Config } from '../../config/config.ts';
import type { PodNeeds } from '../../server/server.ts';
import type { KubeObject } from '../api.ts';
import { annotations, labels, revisionLabels } from './labels.ts';
import { weightsParts, type PodWeights } from './weights.ts';

/** What a revision's Deployment is made of. */
export interface DeploymentFacts extends PodNeeds {
  readonly config: Config;
  /** `r3` */
  readonly revision: string;
  /** `repository@sha256:...` */
  readonly image: string;
  readonly modelDigest: string | null;
  /** Absent or null: the model is in the image. */
  readonly weights?: PodWeights | null;
  readonly replicas: number;
  readonly epoch: number;
}

/** Metadata and spec of a pod. */
export interface PodTemplate {
  readonly metadata: { readonly labels: Record<string, string>; readonly annotations: Record<string, string> };
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly containers: readonly Readonly<Record<string, unknown>>[];
  };
}

/** Seconds between "the pod leaves the endpoints" and SIGTERM: every node has to learn it first. */
const endpointSeconds = 5;

/**
 * The Deployment `<model>-rN` of one revision: restricted security context, probes, drain, the image by digest.
 */
export function deploymentObject(facts: DeploymentFacts): KubeObject {
  const { config, revision } = facts;
  const template = podTemplate(facts);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: `${config.name}-${revision}`,
      namespace: config.deploy.namespace,
      labels: revisionLabels(config.name, revision),
      annotations: {
        [annotations.epoch]: String(facts.epoch),
        [annotations.image]: facts.image,
        ...(facts.modelDigest === null ? {} : { [annotations.modelDigest]: facts.modelDigest }),
        [annotations.template]: templateHash(facts),
      },
    },
    spec: {
      replicas: facts.replicas,
      // A revision's template never changes; a second ReplicaSet would be a mistake of somebody else.
      revisionHistoryLimit: 1,
      selector: { matchLabels: { [labels.app]: config.name, [labels.revision]: revision } },
      template,
    },
  };
}

/**
 * `sha256:` over the pod template without what names the revision: equal means that a rollout would change nothing.
 */
export function templateHash(facts: Omit<DeploymentFacts, 'revision' | 'replicas' | 'epoch'>): string {
  const neutral = podTemplate({ ...facts, revision: 'r0', replicas: 0, epoch: 0 });
  return `sha256:${createHash('sha256').update(JSON.stringify(neutral)).digest('hex')}`;
}

/**
 * The pod template of a revision; a smoke test runs the same, so that it tests what will be deployed.
 */
export function podTemplate(facts: DeploymentFacts): PodTemplate {
  const { config } = facts;
  const { deploy } = config;
  const model = weightsParts(facts.weights ?? null, config);
  return {
    metadata: {
      labels: revisionLabels(config.name, facts.revision),
      annotations: { ...deploy.annotations, [annotations.image]: facts.image },
    },
    spec: {
      ...list('initContainers', model.initContainers),
      containers: [container(facts, model.mounts)],
      volumes: [
        { name: 'tmp', emptyDir: {} },
        ...(facts.sharedMemory === null
          ? []
          : [{ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: facts.sharedMemory } }]),
        ...model.volumes,
      ],
      terminationGracePeriodSeconds: endpointSeconds + Math.ceil(config.rollout.drainMs / 1000) + 5,
      automountServiceAccountToken: deploy.serviceAccount !== null,
      ...(deploy.serviceAccount === null ? {} : { serviceAccountName: deploy.serviceAccount }),
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 10001,
        runAsGroup: 10001,
        fsGroup: 10001,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...list('imagePullSecrets', deploy.imagePullSecrets.map(name)),
      ...(deploy.runtimeClass === undefined ? {} : { runtimeClassName: deploy.runtimeClass }),
      ...list('tolerations', deploy.tolerations),
      ...(Object.keys(deploy.nodeSelector).length === 0 ? {} : { nodeSelector: deploy.nodeSelector }),
    },
  };
}

/** The container of the model server. */
export const serverContainer = 'server';

function container(
  facts: DeploymentFacts,
  mounts: readonly Readonly<Record<string, unknown>>[],
): Record<string, unknown> {
  const { config, probes } = facts;
  const { cpu, memory, gpu } = config.resources;
  const environment = {
    ...config.deploy.env,
    ...facts.environment,
    MLDEPLOY_MODEL: config.name,
    MLDEPLOY_REVISION: facts.revision,
    MLDEPLOY_MODEL_DIGEST: facts.modelDigest ?? '',
    ...drainEnvironment(config, facts.environment['MLDEPLOY_DRAIN_SECONDS']),
  };
  const gpus = gpu === null ? {} : { [gpu.resource ?? 'nvidia.com/gpu']: String(gpu.count) };
  const get = (path: string) => ({ httpGet: { path, port: 'http' }, timeoutSeconds: 5 });
  return {
    name: serverContainer,
    image: facts.image,
    imagePullPolicy: 'IfNotPresent',
    ports: [{ name: 'http', containerPort: probes.port, protocol: 'TCP' }],
    env: Object.entries(environment).map(([key, value]) => ({ name: key, value })),
    ...list('envFrom', [
      ...config.deploy.configMaps.map((each) => ({ configMapRef: name(each) })),
      ...config.deploy.secrets.map((each) => ({ secretRef: name(each) })),
    ]),
    resources: { requests: { cpu, memory, ...gpus }, limits: { memory, ...gpus } },
    startupProbe: {
      ...get(probes.readyPath),
      periodSeconds: 1,
      failureThreshold: Math.max(1, Math.ceil(config.rollout.readyTimeoutMs / 1000)),
    },
    // A busy server answers late; taking all pods out of service at once for that would be the greater harm.
    readinessProbe: { ...get(probes.readyPath), periodSeconds: 3, failureThreshold: 3 },
    livenessProbe: { ...get(probes.livePath), periodSeconds: 10, failureThreshold: 3 },
    lifecycle: { preStop: { sleep: { seconds: endpointSeconds } } },
    volumeMounts: [
      { name: 'tmp', mountPath: '/tmp' },
      ...(facts.sharedMemory === null ? [] : [{ name: 'shm', mountPath: '/dev/shm' }]),
      ...mounts,
    ],
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

/**
 * How long the server goes on taking connections after SIGTERM (its own wish), and how long requests and streams that are open then may
 * still take: together what the configuration allows, and always less than the grace period.
 */
function drainEnvironment(config: Config, wish: string | undefined): Record<string, string> {
  const limit = Math.ceil(config.rollout.drainMs / 1000);
  const accepting = Math.min(limit, Number(wish ?? limit));
  return {
    MLDEPLOY_DRAIN_SECONDS: String(accepting),
    MLDEPLOY_FINISH_SECONDS: String(Math.max(limit - accepting, 3)),
  };
}

function name(value: string): { name: string } {
  return { name: value };
}

function list(key: string, values: readonly unknown[]): Record<string, unknown> {
  return values.length === 0 ? {} : { [key]: values };
}
