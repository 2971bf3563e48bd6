import { describe, expect, it } from 'vitest';
import { calmMs, untilCalm } from '../../src/rollout/calm.ts';

/** Runs the wait for an API server that last had trouble so long ago, milliseconds. */
async function wait(agoMs: number, signal?: AbortSignal): Promise<{ waitedMs: number; told: string[]; beats: number }> {
  const told: string[] = [];
  let beats = 0;
  const began = performance.now();
  await untilCalm(
    { lastTrouble: began - agoMs },
    {
      beat: () => {
        beats++;
        return Promise.resolve();
      },
      tell: (message) => told.push(message),
      ...(signal === undefined ? {} : { signal }),
    },
  );
  return { waitedMs: performance.now() - began, told, beats };
}

describe('waiting until every node has heard of the endpoints', () => {
  it.each([
    ['never', Infinity],
    ['long ago', calmMs + 1],
  ])('does not wait when the last trouble was %s', async (_name, agoMs) => {
    const { told, beats } = await wait(agoMs);
    expect([told, beats]).toEqual([[], 0]);
  });

  it('waits for the rest of the time, renews the lease and says why, once', async () => {
    // A second between two looks: also on a busy machine there are two of them.
    const { waitedMs, told, beats } = await wait(calmMs - 3200);
    expect(waitedMs).toBeGreaterThanOrEqual(3200);
    expect(beats).toBeGreaterThanOrEqual(2);
    expect(told).toEqual([
      expect.stringMatching(/^The API server was away 6[23] s ago: old pods stay for [23] s more/),
    ]);
  });

  it('ends at once when the work is interrupted', async () => {
    const { waitedMs, beats } = await wait(0, AbortSignal.abort());
    expect(beats).toBe(0);
    expect(waitedMs).toBeLessThan(20_000);
  });
});
