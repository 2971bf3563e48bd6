import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../kubernetes/api.ts';
import { annotationOf, annotations } from '../kubernetes/objects/labels.ts';
import type { ObjectRef } from './names.ts';

/** Who takes the right to write: the engine of a rollout, the watchdog, or a `rollback` command. */
export type Taker = 'engine' | 'watchdog' | 'rollback';

const words = {
  engine: 'another engine',
  watchdog: 'the watchdog',
  rollback: 'a `rollback` command',
} as const satisfies Record<Taker, string>;

/**
 * A name for one run of a taker, unique, that says what it is; written on every object that it takes.
 */
export function takerName(taker: Taker): string {
  return `${taker}-${randomUUID()}`;
}

/**
 * Who took an object last, as its annotation says; null when it says nothing of that. Engines before this one wrote no kind.
 */
export function takerOf(object: KubeObject | null, ref: Pick<ObjectRef, 'sharedBy'> = {}): Taker | null {
  const name = object?.metadata.annotations?.[annotationOf(annotations.engine, ref.sharedBy)];
  return (['engine', 'watchdog', 'rollback'] as const).find((each) => name?.startsWith(`${each}-`) === true) ?? null;
}

/**
 * The taker for people: `the watchdog`.
 */
export function takerText(taker: Taker | null): string {
  return taker === null ? 'another engine, the watchdog or a rollback' : words[taker];
}
