import { MlDeployError } from '../../errors.ts';
import type { JsonPatch, KubeApi, KubeObject } from '../../kubernetes/api.ts';
import {
  annotations,
  epochPath,
  escapePointer,
  labels,
  managedByUs,
  revisionLabels,
} from '../../kubernetes/objects/labels.ts';
import { revisionSelector } from '../../kubernetes/objects/service.ts';
import { resources } from '../../kubernetes/resources.ts';
import type { Reporter } from '../../pipeline/reporter.ts';
import { plural } from '../../plural.ts';
import { refuseKeepers } from '../keepers.ts';
import type { ModelRef } from '../names.ts';
import { StateStore } from '../state.ts';
import type { Revision } from '../state.ts';
import { gitOwner } from '../survey.ts';

export interface AdoptReport {
  readonly revision: Revision;
  /** Pods before and after are the same ones. */
  readonly pods: readonly string[];
  readonly summary: string;
}

const revision = 'r0';

/**
 * Makes a running Deployment and the Service of the model's name revision 0, without a restart: the labels that revisions have are
 * written into the Deployment's template while it is paused, into its ReplicaSet's, and onto its pods, so the controller finds nothing
 * to change when it goes on. Then the Service selects revision 0.
 */
export async function adopt(
  ref: ModelRef,
  deploymentName: string,
  api: KubeApi,
  reporter: Reporter,
): Promise<AdoptReport> {
  const { model, namespace } = ref;
  const [deployment, service, own, store] = await Promise.all([
    api.get(resources.deployment, namespace, deploymentName),
    api.find(resources.service, namespace, model),
    api.find(resources.service, namespace, `${model}-${revision}`),
    StateStore.load(api, ref),
  ]);
  refuse(ref, deployment, service, store);
  await refuseKeepers(ref, revision, deployment, own, api);
  if (service === null) throw noService(ref, deploymentName);
  const marks = { ...revisionSelector(model, revision), [labels.canary]: 'on' };
  const task = reporter.task(`Making ${deploymentName} revision 0 of ${model}`);

  await patchTemplate(api, namespace, deployment, marks);
  const pods = await labelPods(api, namespace, deployment, marks);
  await api.patch(resources.deployment, namespace, deploymentName, [{ op: 'add', path: '/spec/paused', value: false }]);

  // What a gateway's weights point to.
  if (own === null) await api.create(resources.service, serviceOf(ref, service));
  const record: Revision = {
    name: revision,
    image: imageOf(deployment),
    modelDigest: null,
    template: null,
    deployment: deploymentName,
    replicas: (deployment['spec'] as { replicas?: number }).replicas ?? 1,
  };
  await api.patch(resources.service, namespace, model, [
    { op: 'test', path: '/metadata/resourceVersion', value: service.metadata.resourceVersion },
    ...ownership(service),
    { op: 'replace', path: '/spec/selector', value: revisionSelector(model, revision) },
  ]);
  await store.save({
    version: 1,
    ...ref,
    phase: 'done',
    progress: 'ended',
    epoch: 1,
    provider: 'replicas',
    port: portOf(service),
    stable: record,
    candidate: null,
    previous: null,
    planHash: null,
    steps: [],
    step: -1,
    weight: 0,
    hold: null,
    scaling: null,
    analysis: null,
    reasons: ['adopted'],
    history: [
      { at: new Date().toISOString(), revision, image: record.image, ended: 'adopted', reason: deploymentName },
    ],
  });
  task.done();
  return {
    revision: record,
    pods,
    summary: `${deploymentName} is revision 0 of ${model}; its ${plural(pods.length, 'pod')} ${pods.length === 1 ? 'was' : 'were'} not restarted.`,
  };
}

function refuse(ref: ModelRef, deployment: KubeObject, service: KubeObject | null, store: StateStore): void {
  const { model, namespace } = ref;
  if (store.state !== null)
    throw problem(`${model} in namespace ${namespace} is known to ml-deploy already.`, 'Run `ml-deploy status`.');
  for (const object of service === null ? [deployment] : [deployment, service]) {
    const owner = gitOwner(object);
    if (owner !== null)
      throw problem(
        `${object.kind} ${object.metadata.name} is kept by ${owner}.`,
        `Take it out of ${owner}'s sources first.`,
      );
  }
  refuseLabels(ref, deployment);
  // A run of ours that ended half-way left it paused with the labels in its template; going on is safe.
  if (isHalfAdopted(ref, deployment)) return;
  const status = deployment['status'] as { updatedReplicas?: number; replicas?: number } | undefined;
  if ((status?.updatedReplicas ?? 0) !== (status?.replicas ?? 0)) {
    throw problem(
      `Deployment ${deployment.metadata.name} is in the middle of an update.`,
      'Wait until `kubectl rollout status` says it is done.',
    );
  }
}

function problem(message: string, hint: string): MlDeployError {
  return new MlDeployError({ code: 'rollout/cannot-adopt', kind: 'usage', message, hint });
}

/** A selector cannot be changed, and what selects pods by a label loses them when it is overwritten. */
function refuseLabels({ model }: ModelRef, deployment: KubeObject): void {
  const { selector: selects, template } = deployment['spec'] as DeploymentSpec;
  const selector = selects.matchLabels ?? {};
  for (const [key, value] of Object.entries({ ...revisionSelector(model, revision), [labels.canary]: 'on' })) {
    if (selector[key] !== undefined && selector[key] !== value) {
      throw problem(
        `Deployment ${deployment.metadata.name} selects its pods by ${key}=${selector[key]}, and ml-deploy needs ${key}=${value} on them; a selector cannot be changed.`,
        key === labels.app
          ? `Set name: ${selector[key]} in mldeploy.yaml.`
          : 'Deploy it anew with `ml-deploy rollout` under another name.',
      );
    }
    const worn = template.metadata?.labels?.[key];
    if (worn !== undefined && worn !== value) {
      throw problem(
        `The pods of Deployment ${deployment.metadata.name} bear the label ${key}=${worn}, and ml-deploy needs ${key}=${value} on them: whatever selects them by it, such as another Service, would lose them at once.`,
        key === labels.app
          ? `Set name: ${worn} in mldeploy.yaml, or take the label out of the template of the Deployment when nothing selects by it.`
          : 'Take the label out of the template of the Deployment when nothing selects by it.',
      );
    }
  }
}

/** The Service of revision 0, with the ports of the one that clients use. */
function serviceOf({ model, namespace }: ModelRef, service: KubeObject): KubeObject {
  const { ports = [] } = service['spec'] as { ports?: readonly (Record<string, unknown> & { nodePort?: number })[] };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: `${model}-${revision}`,
      namespace,
      labels: revisionLabels(model, revision),
      annotations: { [annotations.epoch]: '1' },
    },
    spec: {
      type: 'ClusterIP',
      selector: revisionSelector(model, revision),
      ports: ports.map((each) => Object.fromEntries(Object.entries(each).filter(([key]) => key !== 'nodePort'))),
    },
  };
}

function isHalfAdopted({ model }: ModelRef, deployment: KubeObject): boolean {
  const { paused, template } = deployment['spec'] as DeploymentSpec;
  const marks = { ...revisionSelector(model, revision), [labels.canary]: 'on' };
  return paused === true && Object.entries(marks).every(([key, value]) => template.metadata?.labels?.[key] === value);
}

function noService(ref: ModelRef, deployment: string): MlDeployError {
  return new MlDeployError({
    code: 'rollout/cannot-adopt',
    kind: 'usage',
    message: `There is no Service ${ref.model} in namespace ${ref.namespace} in front of Deployment ${deployment}.`,
    hint: 'Give mldeploy.yaml the name of the Service that clients use.',
  });
}

/** Deployment paused, both templates labelled. */
async function patchTemplate(
  api: KubeApi,
  namespace: string,
  deployment: KubeObject,
  marks: Readonly<Record<string, string>>,
): Promise<void> {
  const onTemplate = Object.entries(marks).map(
    ([key, value]) => ({ op: 'add', path: `/spec/template/metadata/labels/${escapePointer(key)}`, value }) as const,
  );
  const onObject = Object.entries({ ...marks, [labels.managedBy]: managedByUs }).map(
    ([key, value]) => ({ op: 'add', path: `/metadata/labels/${escapePointer(key)}`, value }) as const,
  );
  const name = deployment.metadata.name;
  await api.patch(resources.deployment, namespace, name, [
    { op: 'test', path: '/metadata/resourceVersion', value: deployment.metadata.resourceVersion },
    { op: 'add', path: '/spec/paused', value: true },
    ...(deployment.metadata.labels === undefined ? [{ op: 'add', path: '/metadata/labels', value: {} } as const] : []),
    ...onObject,
    ...epochOn(deployment),
    ...onTemplate,
  ]);
  const replicaSet = (await api.list(resources.replicaSet, namespace)).find(
    (each) => owns(deployment, each) && ((each['spec'] as { replicas?: number }).replicas ?? 0) > 0,
  );
  if (replicaSet === undefined) return;
  await api.patch(resources.replicaSet, namespace, replicaSet.metadata.name, onTemplate);
}

async function labelPods(
  api: KubeApi,
  namespace: string,
  deployment: KubeObject,
  marks: Readonly<Record<string, string>>,
): Promise<string[]> {
  const selector = (deployment['spec'] as DeploymentSpec).selector.matchLabels ?? {};
  const pods = await api.list(
    resources.pod,
    namespace,
    Object.entries(selector)
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
  );
  const running = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  for (const pod of running) {
    const patch: JsonPatch = Object.entries(marks).map(
      ([key, value]) => ({ op: 'add', path: `/metadata/labels/${escapePointer(key)}`, value }) as const,
    );
    await api.patch(resources.pod, namespace, pod.metadata.name, patch);
  }
  return running.map((pod) => pod.metadata.name);
}

function ownership(object: KubeObject): JsonPatch {
  return [
    ...(object.metadata.labels === undefined ? [{ op: 'add', path: '/metadata/labels', value: {} } as const] : []),
    { op: 'add', path: `/metadata/labels/${escapePointer(labels.managedBy)}`, value: managedByUs },
    ...epochOn(object),
  ];
}

function epochOn(object: KubeObject): JsonPatch {
  return [
    ...(object.metadata.annotations === undefined
      ? [{ op: 'add', path: '/metadata/annotations', value: {} } as const]
      : []),
    { op: 'add', path: epochPath, value: '1' },
    { op: 'add', path: `/metadata/annotations/${escapePointer(annotations.image)}`, value: imageOf(object) },
  ];
}

function imageOf(object: KubeObject): string {
  return (object['spec'] as Partial<DeploymentSpec>).template?.spec.containers[0]?.image ?? '';
}

function portOf(service: KubeObject): number {
  return (service['spec'] as { ports?: readonly { port: number }[] }).ports?.[0]?.port ?? 80;
}

function owns(deployment: KubeObject, object: KubeObject): boolean {
  return (object.metadata.ownerReferences ?? []).some((owner) => owner.uid === deployment.metadata.uid);
}

interface DeploymentSpec {
  readonly paused?: boolean;
  readonly selector: { readonly matchLabels?: Record<string, string> };
  readonly template: {
    readonly metadata?: { readonly labels?: Record<string, string> };
    readonly spec: { readonly containers: readonly { readonly image?: string }[] };
  };
}
