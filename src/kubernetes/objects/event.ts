import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../api.ts';

/** What a Kubernetes Event says. */
export interface EventFacts {
  /** The object it is about: `kubectl describe` finds events by its uid. */
  readonly regarding: KubeObject;
  readonly namespace: string;
  /** One word for machines: `WeightChanged`. */
  readonly reason: string;
  /** What was being done: `Rollout`. */
  readonly action: string;
  readonly type: 'Normal' | 'Warning';
  readonly note: string;
  /** Machine or pod that reports. */
  readonly instance: string;
}

/** The API refuses longer ones (bytes). */
const longestNote = 1024;

/**
 * An Event of events.k8s.io/v1.
 */
export function eventObject(facts: EventFacts): KubeObject {
  const { regarding, namespace } = facts;
  const { name, uid } = regarding.metadata;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: `${name}.${randomUUID().replaceAll('-', '').slice(0, 16)}`, namespace },
    eventTime: new Date().toISOString().replace('Z', '000Z'),
    reportingController: 'ml-deploy',
    reportingInstance: facts.instance.slice(0, 128),
    action: facts.action,
    reason: facts.reason,
    type: facts.type,
    note: shortened(facts.note),
    regarding: {
      apiVersion: regarding.apiVersion,
      kind: regarding.kind,
      namespace,
      name,
      ...(uid === undefined ? {} : { uid }),
    },
  };
}

function shortened(text: string): string {
  if (Buffer.byteLength(text) <= longestNote) return text;
  // A character that was cut in two becomes U+FFFD.
  return `${Buffer.from(text)
    .subarray(0, longestNote - 3)
    .toString()
    .replace(/\uFFFD+$/, '')}…`;
}
