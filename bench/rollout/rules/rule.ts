import type { ArmDeltas } from '../../../src/rollout/analysis/readings.ts';

/** Length of a tick, milliseconds: what ml-deploy reads by default, and the scrape interval of the peers' Prometheus. */
export const tickMs = 15_000;

/** Ticks of so many minutes. */
export const ticksOf = (minutes: number): number => Math.round((minutes * 60_000) / tickMs);

/** What both arms served during a tick, pod by pod. `latency`: the bad requests are those slower than 500 ms. */
export interface TickCounts {
  readonly errors: ArmDeltas;
  /** Only in cases that are about latency. */
  readonly latency?: ArmDeltas;
}

/** `hold`: no verdict, a person is asked, and the candidate has no traffic meanwhile. */
export type Answer = 'go on' | 'promote' | 'roll back' | 'hold';

/** One release under a rule. */
export interface Course {
  /** Share of the candidate during the next tick, by the rule's own schedule; a multiple of 0.1. */
  weight(): number;
  /** Looks at a tick that was served at that weight. Any answer but `go on` is final. */
  tick(counts: TickCounts): Answer;
}

/** What decides whether a release goes on. To add one: a file in members/ and a line in index.ts. */
export interface Rule {
  readonly name: string;
  /** Its settings in one line, and where they come from. */
  readonly settings: string;
  /** @param latency whether slow requests count too: only in cases that are about them */
  start(latency: boolean): Course;
}
