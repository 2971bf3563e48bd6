import type { ArmsReading, Count, PodReading } from '../../../src/rollout/analysis/readings.ts';
import { drawArm, type ArmTraffic } from './draws.ts';

/** Simulated pods with cumulative counters, as the analysis reads them. */
export interface Fleet {
  /** Adds one tick's requests of an arm; some pods restart or are replaced meanwhile. */
  serve(arm: ArmTraffic): void;
  read(): ArmsReading;
}

interface Pod {
  readonly arm: string;
  readonly name: string;
  uid: string;
  startTime: number;
  restarts: number;
  count: Count;
}

/** A fleet whose pods restart (the same pod, counters from zero) or are replaced (another pod) with that probability per tick. */
export function startFleet(next: () => number, restarts: number): Fleet {
  const pods: Pod[] = [];
  let processes = 0;

  const podOf = (arm: string, name: string): Pod => {
    const known = pods.find((pod) => pod.name === name);
    if (known !== undefined) return known;
    processes += 1;
    const pod = { arm, name, uid: `${name}#0`, startTime: processes, restarts: 0, count: { total: 0, bad: 0 } };
    pods.push(pod);
    return pod;
  };

  const restart = (pod: Pod): void => {
    processes += 1;
    pod.startTime = processes;
    pod.count = { total: 0, bad: 0 };
    if (next() < 0.5) pod.restarts += 1;
    else {
      pod.uid = `${pod.name}#${processes}`;
      pod.restarts = 0;
    }
  };

  return {
    serve: (arm) => {
      // What a pod counted before its restart is lost with the process.
      const restartedAt = new Map<string, number>();
      for (let index = 0; index < arm.pods; index++) {
        if (next() < restarts) restartedAt.set(`${arm.name}-${index}`, next());
      }
      for (const { pod: name, total, bad } of drawArm(next, arm)) {
        const pod = podOf(arm.name, name);
        const lost = restartedAt.get(name);
        if (lost === undefined) pod.count = { total: pod.count.total + total, bad: pod.count.bad + bad };
        else {
          restart(pod);
          const [rest] = drawArm(next, { ...arm, pods: 1, mean: (arm.mean / arm.pods) * (1 - lost) });
          if (rest !== undefined) pod.count = { total: rest.total, bad: rest.bad };
        }
      }
    },
    read: () => {
      const reading = (arm: string): PodReading[] =>
        pods
          .filter((pod) => pod.arm === arm)
          .map(({ name, uid, startTime, restarts: restarted, count }) => ({
            pod: { namespace: 'ml', name, uid, ip: null, restarts: restarted },
            counters: { startTime, counts: { errors: count } },
            readAtMs: 0,
          }));
      return { stable: reading('stable'), candidate: reading('candidate') };
    },
  };
}
