import type { ArmName } from '../../../pipeline/evidence.ts';
import type { ArmsReading, PodRef } from '../readings.ts';

export type Arms = Readonly<Record<ArmName, readonly PodRef[]>>;

/** Where the counters of both arms come from. */
export interface MetricsSource {
  /**
   * Reads every pod of both arms at the same moment. Never throws: what cannot be read is `missing`, with the reason. Counters from
   * before `notBefore` (milliseconds of `performance.now()`) count as missing too: a source that lags behind (Prometheus scrapes now and
   * then) would otherwise count traffic of the weight before to the one after.
   */
  read(arms: Arms, notBefore?: number): Promise<ArmsReading>;
  /** How long counters of pods that are ready may take to appear, milliseconds. */
  readonly patienceMs: number;
  /** Why these pods' counters are not there, as one sentence for people: asked once, when patience is over. */
  explain(reading: ArmsReading): Promise<string>;
}

/**
 * "fraud-r3-abc: no answer in 3000 ms; ...": up to three pods that are missing.
 */
export function missingPods(reading: ArmsReading): string {
  const missing = [...reading.candidate, ...reading.stable].flatMap((each) =>
    'missing' in each ? [`${each.pod.name}: ${each.missing}`] : [],
  );
  return missing.slice(0, 3).join('; ');
}
