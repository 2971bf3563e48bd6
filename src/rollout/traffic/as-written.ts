import type { KubeApi, KubeObject } from '../../kubernetes/api.ts';
import { isApplied } from '../../kubernetes/json-patch.ts';
import { operationsOf } from '../fence.ts';
import type { Split, TrafficObject } from './provider.ts';

/** A traffic object that does not say what was written; `there` is what it says, null when it is gone. */
export interface Deviation {
  readonly object: TrafficObject;
  readonly there: KubeObject | null;
}

/**
 * The first traffic object that somebody else changed since a split (or the one revision that gets everything) was written; null: none.
 * What it does not direct by, such as annotations, does not count.
 */
export async function deviation(
  api: KubeApi,
  namespace: string,
  objects: readonly TrafficObject[],
  written: Split | string,
): Promise<Deviation | null> {
  for (const object of objects) {
    const there = await api.find(object.resource, namespace, object.name);
    if (there === null) return { object, there };
    const stays = typeof written === 'string' ? written : written.stable;
    const change = (typeof written === 'string' ? null : object.split(written)) ?? object.allTo(stays);
    const directs = operationsOf(change, there).filter(({ path }) => path.startsWith('/spec'));
    if (!isApplied(directs, there)) return { object, there };
  }
  return null;
}
