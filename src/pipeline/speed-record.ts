import type { MeasuredSpeed, SmokeEvidence, SpeedRecord } from './evidence.ts';

/** What has to be kept of a smoke test to compare a later one with it; null when it did not pass, or measured nothing that compares. */
export function speedRecord(evidence: SmokeEvidence): SpeedRecord | null {
  const { latencyMs, throughput, load, startedAt } = evidence.volatile;
  if (evidence.outcome !== 'passed' || latencyMs === null || load === undefined) return null;
  const { imageReference: image, runtime, hardware } = evidence;
  const fastest = fasterBefore(evidence, latencyMs.p50);
  return {
    ...{ image, at: startedAt, runtime, hardware, load, latencyMs, throughput: throughput ?? null },
    ...(fastest === null ? {} : { fastest }),
  };
}

/** The fastest release before this one; null when this one is as fast, or was compared with none. */
function fasterBefore({ volatile: { comparedWith } }: SmokeEvidence, p50: number): MeasuredSpeed | null {
  if (comparedWith === undefined) return null;
  const { image, at, latencyMs, throughput } = comparedWith.fastest ?? comparedWith;
  return p50 > latencyMs.p50 ? { image, at, latencyMs, throughput } : null;
}

/** The record of the test of this very image (`repository@digest`); null when it was not tested. */
export function speedOf(image: string, smoke: SmokeEvidence | undefined): SpeedRecord | null {
  return smoke?.imageReference === image ? speedRecord(smoke) : null;
}

/** Two of these may be anything. */
const unnamed = /of unknown model$|^CPU of the cluster$/;

/** Why times of the two say nothing about each other, as the end of a sentence; null: they do. */
export function incomparable(now: Omit<SpeedRecord, 'image' | 'at'>, before: SpeedRecord): string | null {
  const asked = (what: string, a: string, b: string) => (a === b ? null : `${what} (${a} now, ${b} then)`);
  return (
    asked('on another runtime', now.runtime, before.runtime) ??
    asked('on other hardware', now.hardware.name, before.hardware.name) ??
    (unnamed.test(now.hardware.name) ? 'on hardware that this account could not name' : null) ??
    asked('in another protocol', now.load.protocol, before.load.protocol) ??
    asked('with another smoke.concurrency', String(now.load.concurrency), String(before.load.concurrency)) ??
    asked('over another way', now.load.detour ?? 'directly', before.load.detour ?? 'directly') ??
    (now.load.requestSet === before.load.requestSet ? null : 'with other requests')
  );
}
