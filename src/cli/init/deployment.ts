import { stringify } from 'yaml';
import { MlDeployError } from '../../errors.ts';
import type { KubeApi, KubeObject } from '../../kubernetes/api.ts';
import { resources } from '../../kubernetes/resources.ts';
import { schemaUrl } from './text.ts';

/** A running Deployment with the Service in front of it, as far as mldeploy.yaml can say it. */
export interface Deployed {
  /** Name of the Service: what clients use is the model's name. */
  readonly name: string;
  readonly namespace: string;
  readonly deployment: string;
  /** mldeploy.yaml without the model. */
  readonly keys: Readonly<Record<string, unknown>>;
}

interface Container {
  readonly image?: string;
  readonly ports?: readonly { readonly containerPort: number }[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly envFrom?: readonly { readonly configMapRef?: { name: string }; readonly secretRef?: { name: string } }[];
  readonly resources?: Readonly<Record<'requests' | 'limits', Readonly<Record<string, string>> | undefined>>;
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly serviceAccountName?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly unknown[];
  readonly runtimeClassName?: string;
  readonly imagePullSecrets?: readonly { readonly name: string }[];
}

interface DeploymentSpec {
  readonly replicas?: number;
  readonly template: { readonly metadata?: { readonly labels?: Record<string, string> }; readonly spec: PodSpec };
}

interface ServiceSpec {
  readonly selector?: Readonly<Record<string, string>>;
  readonly ports?: readonly { readonly port: number }[];
  readonly type?: string;
}

/**
 * Reads a Deployment and finds the one Service that selects its pods; `service` names it when there are several. Throws `init/no-service`,
 * `init/several-services` and what the API server refuses.
 */
export async function readDeployed(
  api: KubeApi,
  namespace: string,
  deployment: string,
  service: string | null,
): Promise<Deployed> {
  const object = await api.get(resources.deployment, namespace, deployment);
  const spec = object['spec'] as DeploymentSpec;
  const labels = spec.template.metadata?.labels ?? {};
  const inFront = (await api.list(resources.service, namespace)).filter(
    (candidate) => selects(candidate, labels) && (service === null || candidate.metadata.name === service),
  );
  const [found] = inFront;
  if (found === undefined || inFront.length > 1) throw noSingleService(deployment, namespace, inFront);
  const { name } = found.metadata;
  const keys = { ...configKeys(name, namespace, spec, found['spec'] as ServiceSpec) };
  return { name, namespace, deployment, keys };
}

function selects(service: KubeObject, labels: Readonly<Record<string, string>>): boolean {
  const selector = Object.entries((service['spec'] as ServiceSpec).selector ?? {});
  return selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
}

function noSingleService(deployment: string, namespace: string, found: readonly KubeObject[]): MlDeployError {
  const names = found.map(({ metadata }) => metadata.name).join(', ');
  return found.length === 0
    ? new MlDeployError({
        code: 'init/no-service',
        kind: 'usage',
        message: `no Service in namespace ${namespace} selects the pods of Deployment ${deployment}`,
        hint: 'A Service is what clients talk to; traffic cannot be moved without one. Create it first.',
      })
    : new MlDeployError({
        code: 'init/several-services',
        kind: 'usage',
        message: `${found.length} Services in namespace ${namespace} select the pods of Deployment ${deployment}: ${names}`,
        hint: 'Name the one that clients use: --service NAME',
      });
}

function configKeys(
  name: string,
  namespace: string,
  { replicas, template }: DeploymentSpec,
  service: ServiceSpec,
): Record<string, unknown> {
  const pod = template.spec;
  const [container = {}] = pod.containers;
  const port = container.ports?.[0]?.containerPort;
  return {
    version: 1,
    name,
    ...(port === undefined || port < 1024 || port === 8000 ? {} : { server: { port } }),
    image: { repository: repositoryOf(container.image ?? '') },
    ...filled('resources', resourceKeys(container)),
    deploy: {
      namespace,
      replicas: Math.max(replicas ?? 1, 1),
      service: {
        port: service.ports?.[0]?.port ?? 80,
        ...(service.type === 'LoadBalancer' ? { type: 'LoadBalancer' } : {}),
      },
      ...filled('env', literals(container)),
      ...filled('configMaps', references(container, 'configMapRef')),
      ...filled('secrets', references(container, 'secretRef')),
      ...filled('serviceAccount', pod.serviceAccountName === 'default' ? undefined : pod.serviceAccountName),
      ...filled('nodeSelector', pod.nodeSelector),
      ...filled('tolerations', pod.tolerations),
      ...filled('runtimeClass', pod.runtimeClassName),
      ...filled(
        'imagePullSecrets',
        pod.imagePullSecrets?.map((secret) => secret.name),
      ),
    },
  };
}

/** A key with its value, or nothing when the value says nothing. */
function filled(key: string, value: unknown): Record<string, unknown> {
  const empty = value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  return empty ? {} : { [key]: value };
}

/** The name without tag and digest; short names of Docker Hub are written out. */
export function repositoryOf(image: string): string {
  const name = image.replace(/@.*$/, '').replace(/:[^:/]+$/, '');
  const [host = '', ...path] = name.split('/');
  if (path.length === 0) return `docker.io/library/${name}`;
  return /[.:]/.test(host) || host === 'localhost' ? name : `docker.io/${name}`;
}

function resourceKeys({ resources: wanted }: Container): Record<string, unknown> {
  const { requests = {}, limits = {} } = wanted ?? {};
  const [resource = '', count = '0'] = Object.entries(limits).find(([name]) => name.startsWith('nvidia.com/')) ?? [];
  const gpus = Number(count);
  return {
    ...filled('cpu', requests['cpu'] ?? limits['cpu']),
    ...filled('memory', limits['memory'] ?? requests['memory']),
    ...(gpus > 0 ? { gpu: { count: gpus, ...(resource === 'nvidia.com/gpu' ? {} : { resource }) } } : {}),
  };
}

function literals({ env }: Container): Record<string, string> {
  const known = (env ?? []).filter(({ name, value }) => value !== undefined && !name.startsWith('MLDEPLOY_'));
  return Object.fromEntries(known.map(({ name, value }) => [name, value ?? '']));
}

function references({ envFrom }: Container, kind: 'configMapRef' | 'secretRef'): string[] {
  return (envFrom ?? []).flatMap((source) => (source[kind] === undefined ? [] : [source[kind].name]));
}

/** mldeploy.yaml for a Deployment that runs, and the model that its next version will have. */
export function deployedText({ keys, deployment }: Deployed, model: string): string {
  const { version, name, ...rest } = keys;
  return [
    `# yaml-language-server: $schema=${schemaUrl}`,
    `# Written from Deployment ${deployment}, which is revision 0. Every key: docs/configuration.md of ml-deploy.`,
    stringify({ version, name, model: { path: model }, ...rest }, { lineWidth: 120 }),
  ].join('\n');
}
