import type { ProjectOptions } from '../project.ts';

/** Times of the small project that is killed: a rollout takes about 15 s. The lease is long for that, as machines that test are busy. */
export const quick = {
  replicas: 1,
  rollout: {
    steps: '[50%]',
    tick: '1s',
    minTime: '1s',
    minRequests: '10',
    lease: '10s',
    drain: '3s',
    slo: '{errors: 20%}',
  },
} as const satisfies Omit<ProjectOptions, 'namespace'>;

export const leaseMs = 10_000;

/** Beyond the lease: one look of the watchdog, its writes, and the candidate's pods that have to be drained. */
export const graceMs = 15_000;

/** Beyond that: the pod of a watchdog that was released right before the kill has yet to start. */
export const startMs = 40_000;
