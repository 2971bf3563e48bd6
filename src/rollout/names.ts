import type { KubeObject, Resource } from '../kubernetes/api.ts';
import { resources } from '../kubernetes/resources.ts';

/** Which model, where: all that `rollback` and `status` need to know. */
export interface ModelRef {
  readonly model: string;
  readonly namespace: string;
}

/** One object by kind and name. */
export interface ObjectRef {
  readonly resource: Resource;
  readonly name: string;
  /** The model whose marks are meant on somebody else's object, which several models may share. */
  readonly sharedBy?: string;
}

/**
 * Number of a revision's name: 7 for `r7`; 0 when it is no revision of ours.
 */
export function revisionNumber(name: string): number {
  const match = /^r(\d+)$/.exec(name);
  return match === null ? 0 : Number(match[1]);
}

/**
 * The Deployment of a revision.
 */
export function deploymentRef(model: string, revision: string): ObjectRef {
  return { resource: resources.deployment, name: `${model}-${revision}` };
}

/**
 * The Service of a revision.
 */
export function revisionServiceRef(model: string, revision: string): ObjectRef {
  return { resource: resources.service, name: `${model}-${revision}` };
}

/**
 * The objects of the model as a whole that carry the epoch besides the traffic objects.
 */
export function scalingRefs(model: string): readonly ObjectRef[] {
  return [
    { resource: resources.horizontalPodAutoscaler, name: model },
    { resource: resources.podDisruptionBudget, name: model },
  ];
}

/**
 * Name of the state ConfigMap and of the Lease.
 */
export function stateName(model: string): string {
  return `mldeploy-${model}`;
}

/**
 * `Deployment fraud-r3`, for messages.
 */
export function describe(object: KubeObject | ObjectRef): string {
  return isRef(object) ? `${object.resource.kind} ${object.name}` : `${object.kind} ${object.metadata.name}`;
}

function isRef(object: KubeObject | ObjectRef): object is ObjectRef {
  return 'resource' in object;
}
