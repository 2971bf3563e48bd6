import type { KubeApi, KubeObject } from '../../kubernetes/api.ts';
import { isApplied } from '../../kubernetes/json-patch.ts';
import { operationsOf } from '../fence.ts';
import type { Split, TrafficObject } from './provider.ts';

/**
 * True when a traffic object, as it was read, still divides the traffic as it was written (or sends everything to the one revision). What
 * does not direct anything, such as an annotation, does not count.
 */
export function isAsWritten(object: TrafficObject, there: KubeObject, written: Split | string): boolean {
  const split = typeof written === 'string' ? null : object.split(written);
  const change = split ?? object.allTo(typeof written === 'string' ? written : written.stable);
  return isApplied(
    operationsOf(change, there).filter(({ path }) => path.startsWith('/spec')),
    there,
  );
}

/**
 * True when every one of these traffic objects exists and sends everything to one revision.
 */
export async function allGoTo(
  api: KubeApi,
  namespace: string,
  objects: readonly TrafficObject[],
  revision: string,
): Promise<boolean> {
  for (const object of objects) {
    const there = await api.find(object.resource, namespace, object.name);
    if (there === null || !isAsWritten(object, there, revision)) return false;
  }
  return true;
}
