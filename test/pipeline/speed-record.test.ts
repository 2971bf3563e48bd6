import { expect, it } from 'vitest';

import { incomparable, speedRecord } from '../../src/pipeline/speed-record.ts';
import { smokeEvidence } from './evidence.ts';

const load = { protocol: 'openapi', requestSet: 'sha256:a', concurrency: 1, detour: null };
const latencyMs = { p50: 1, p95: 2, p99: 3, count: 200 };

it.each([
  ['a processor of known type', 'amd64 (m7i.large)', 'amd64 (m7i.large)', null],
  ['another type', 'amd64 (m7i.large)', 'amd64 (c7i.large)', /on other hardware/],
  [
    'a GPU that this account may not know',
    'NVIDIA GPU of unknown model',
    'NVIDIA GPU of unknown model',
    /could not name/,
  ],
  ['a node that this account may not know', 'CPU of the cluster', 'CPU of the cluster', /could not name/],
])('times on %s', (_, now, then, expected) => {
  const on = (name: string) => {
    const evidence = smokeEvidence();
    const device = name.includes('GPU') ? ('gpu' as const) : ('cpu' as const);
    const record = speedRecord({
      ...evidence,
      hardware: { device, name },
      volatile: { ...evidence.volatile, latencyMs, load },
    });
    if (record === null) throw new Error('it passed, with figures');
    return record;
  };
  const why = incomparable(on(now), on(then));
  if (expected === null) expect(why).toBeNull();
  else expect(why).toMatch(expected);
});

it('keeps the fastest release before it, as long as none is as fast', () => {
  const first = { image: 'i@sha256:a', at: '2026-01-02T03:04:05.000Z', latencyMs, throughput: null };
  const evidence = smokeEvidence();
  const measured = (p50: number, fastest?: typeof first) => {
    const comparedWith = {
      ...{ ...first, image: 'i@sha256:b', title: 'the stable revision r2', slower: [] },
      ...(fastest === undefined ? {} : { fastest: { ...fastest, slower: [] } }),
    };
    const volatile = { ...evidence.volatile, load, latencyMs: { ...latencyMs, p50 }, comparedWith };
    return speedRecord({ ...evidence, volatile })?.fastest;
  };
  expect(measured(1.4)).toEqual({ ...first, image: 'i@sha256:b' });
  expect(measured(1.4, first)).toEqual(first);
  expect(measured(1)).toBeUndefined();
  expect(measured(1, first)).toBeUndefined();
});
