import { MlDeployError } from '../errors.ts';
import type { Config } from '../config/config.ts';
import type { KubeApi, KubeObject, Resource } from '../kubernetes/api.ts';
import { annotations, labels, managedByUs } from '../kubernetes/objects/labels.ts';
import { resources } from '../kubernetes/resources.ts';
import { isCode } from './fence.ts';
import { leaseRef } from './lease.ts';
import { describe, deploymentRef, revisionServiceRef, revisionNumber, scalingRefs } from './names.ts';
import type { ModelRef, ObjectRef } from './names.ts';
import { StateStore } from './state.ts';
import type { Revision } from './state.ts';
import { providerFor } from './traffic/index.ts';
import { seizedRefs } from './watchdog/rules.ts';

/** What the cluster holds of a model before anything is done. */
export interface Survey {
  readonly ref: ModelRef;
  readonly store: StateStore;
  readonly service: KubeObject | null;
  readonly route: KubeObject | null;
  readonly virtualService: KubeObject | null;
  readonly autoscaler: KubeObject | null;
  readonly budget: KubeObject | null;
  readonly lease: KubeObject | null;
  /** Deployments of its revisions. */
  readonly deployments: readonly KubeObject[];
  /** The revision that has the traffic, or should have it; null before the first deploy. */
  readonly stable: Revision | null;
}

/**
 * Reads everything that belongs to the model; changes nothing. With `config` a route of the model's name that is somebody else's and
 * that this configuration does not want for itself is left out: it sends to the public Service, like any client.
 */
export async function survey(api: KubeApi, ref: ModelRef, config?: Config): Promise<Survey> {
  const { model, namespace } = ref;
  const [store, service, route, virtualService, autoscaler, budget, lease, deployments] = await Promise.all([
    StateStore.load(api, ref),
    api.find(resources.service, namespace, model),
    findOptional(api, namespace, { resource: resources.httpRoute, name: model }),
    findOptional(api, namespace, { resource: resources.virtualService, name: model }),
    api.find(resources.horizontalPodAutoscaler, namespace, model),
    api.find(resources.podDisruptionBudget, namespace, model),
    api.find(leaseRef(model).resource, namespace, leaseRef(model).name),
    api.list(resources.deployment, namespace, `${labels.app}=${model},${labels.managedBy}=${managedByUs}`),
  ]);
  const stable = store.state === null ? fromSelector(service, deployments) : store.state.stable;
  const owned = config === undefined ? null : providerFor(config.rollout).owned(config, '', 0);
  const ours = (object: KubeObject | null): KubeObject | null =>
    config === undefined || object === null || isOurs(object) || object.kind === owned?.resource.kind ? object : null;
  const routes = { route: ours(route), virtualService: ours(virtualService) };
  return { ref, store, service, ...routes, autoscaler, budget, lease, deployments, stable };
}

/** The route of this kind that directs the model's traffic. */
export function routeIn(found: Survey, resource: Resource): KubeObject | null {
  return resource.kind === resources.httpRoute.kind ? found.route : found.virtualService;
}

function isOurs(object: KubeObject): boolean {
  return object.metadata.labels?.[labels.managedBy] === managedByUs;
}

/** Every object that a takeover claims after the traffic objects. */
export function claimed(found: Survey): readonly ObjectRef[] {
  const { model } = found.ref;
  const revisions = found.deployments.flatMap((each) => {
    const revision = each.metadata.labels?.[labels.revision] ?? '';
    return [{ ...deploymentRef(model, revision), name: each.metadata.name }, revisionServiceRef(model, revision)];
  });
  // A Deployment may be gone already and its Service not: the state still names both.
  const named = found.store.state === null ? [] : seizedRefs(found.store.state);
  const all = [...revisions, ...scalingRefs(model), leaseRef(model), ...named];
  return [...new Map(all.map((each) => [`${each.resource.plural}/${each.name}`, each])).values()];
}

/** Number of the next revision: one more than any that was ever seen. */
export function nextRevision(found: Survey): number {
  const { state } = found.store;
  const names = [
    ...found.deployments.map((each) => each.metadata.labels?.[labels.revision] ?? ''),
    ...[state?.stable, state?.candidate, state?.previous].map((each) => each?.name ?? ''),
    ...(state?.history ?? []).map((entry) => entry.revision),
  ];
  return Math.max(0, ...names.map(revisionNumber)) + 1;
}

/**
 * Refuses what somebody else owns: objects kept by Argo CD, Flux or Helm, and a Service or route of the model's name that we did not make.
 */
export function refuseForeign(found: Survey): void {
  const routes = [found.route, found.virtualService];
  for (const object of [found.service, ...routes, found.autoscaler, found.budget, ...found.deployments]) {
    if (object === null) continue;
    const owner = gitOwner(object);
    if (owner !== null) {
      throw new MlDeployError({
        code: 'rollout/owned-by-git',
        kind: 'usage',
        message: `${describe(object)} in namespace ${found.ref.namespace} is kept by ${owner}; two writers would undo each other.`,
        hint: `Take it out of ${owner}'s sources (ml-deploy then owns it), or run ml-deploy from an Argo CD Sync hook with objects of its own.`,
      });
    }
    if (!isOurs(object)) {
      throw new MlDeployError({
        code: 'rollout/foreign-object',
        kind: 'usage',
        message: `${describe(object)} exists in namespace ${found.ref.namespace} and was not made by ml-deploy (label ${labels.managedBy}).`,
        hint: `Make the running Deployment revision 0 with: ml-deploy init --from deployment/NAME. Or choose another name in mldeploy.yaml.`,
      });
    }
  }
}

/** Which Git tool or chart keeps an object, by the marks it leaves; null when none does. */
export function gitOwner(object: KubeObject): string | null {
  const marks = { ...object.metadata.labels, ...object.metadata.annotations };
  if ('argocd.argoproj.io/tracking-id' in marks || 'argocd.argoproj.io/instance' in marks) return 'Argo CD';
  if (Object.keys(marks).some((key) => /^(kustomize|helm)\.toolkit\.fluxcd\.io\//.test(key))) return 'Flux';
  if ('meta.helm.sh/release-name' in marks || marks[labels.managedBy] === 'Helm') return 'Helm';
  return null;
}

/** A revision as its Deployment tells it. */
export function revisionOf(deployment: KubeObject): Revision {
  const { metadata } = deployment;
  const spec = deployment['spec'] as DeploymentSpec;
  return {
    name: metadata.labels?.[labels.revision] ?? 'r0',
    image: metadata.annotations?.[annotations.image] ?? spec.template.spec.containers[0]?.image ?? '',
    modelDigest: metadata.annotations?.[annotations.modelDigest] ?? null,
    template: metadata.annotations?.[annotations.template] ?? null,
    deployment: metadata.name,
    replicas: spec.replicas ?? 1,
  };
}

interface DeploymentSpec {
  readonly replicas?: number;
  readonly template: { readonly spec: { readonly containers: readonly { readonly image?: string }[] } };
}

/** Without a state (somebody deleted it) the Service's selector still says who is stable. */
function fromSelector(service: KubeObject | null, deployments: readonly KubeObject[]): Revision | null {
  const selector = (service?.['spec'] as { selector?: Record<string, string> } | undefined)?.selector;
  const revision = selector?.[labels.revision];
  const deployment = deployments.find((each) => each.metadata.labels?.[labels.revision] === revision);
  return deployment === undefined || revision === undefined ? null : revisionOf(deployment);
}

/** For kinds that may not be installed, or that this account may not read when they are not used. */
async function findOptional(api: KubeApi, namespace: string, ref: ObjectRef): Promise<KubeObject | null> {
  try {
    return await api.find(ref.resource, namespace, ref.name);
  } catch (error) {
    if (isCode(error, 'kubernetes/forbidden')) return null;
    throw error;
  }
}
