import { describe, expect, test } from 'vitest';
import type { HistoryEntry, Revision, RolloutState } from '../../src/rollout/state.ts';
import type { Survey } from '../../src/rollout/survey.ts';
import { recordsOf, undoTarget } from '../../src/rollout/verified.ts';
import { deploymentOf } from './serving.ts';

const digest = (n: number): string => `sha256:${String(n).repeat(64)}`;
const revision = (n: number): Revision => ({
  name: `r${n}`,
  image: `registry.test/fraud@${digest(n)}`,
  modelDigest: digest(n + 5),
  template: `t${n}`,
  deployment: `fraud-r${n}`,
  replicas: 2,
});
const entry = (n: number, ended: HistoryEntry['ended'], more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  at: '2026-01-01T00:00:00Z',
  revision: `r${n}`,
  image: revision(n).image,
  template: `t${n}`,
  ended,
  reason: 'because',
  ...more,
});

/** r1, r2 and r4 were stable, r3 was rolled back; r4 is stable, and only its Deployment and that of r2 are left. */
function found(history: readonly HistoryEntry[], change: Partial<RolloutState> = {}): Survey {
  const state = {
    stable: revision(4),
    previous: revision(2),
    history,
    records: [1, 2].map((n) => ({ revision: revision(n), spec: { template: `of r${n}` } })),
    ...change,
  };
  return {
    ref: { model: 'fraud', namespace: 'ml' },
    store: { state },
    deployments: [deploymentOf(revision(2), 0), deploymentOf(revision(4))],
    stable: state.stable,
  } as unknown as Survey;
}

const history = [
  entry(1, 'promoted'),
  entry(2, 'promoted'),
  entry(3, 'rolled back', { blamed: true }),
  entry(4, 'promoted'),
];

describe('undo', () => {
  test('goes to the last verified revision before the current one', () => {
    expect(undoTarget(found(history), null).revision.name).toBe('r2');
  });

  test('goes to a revision by name, image digest or model digest, also when its Deployment is gone', () => {
    for (const to of ['r1', digest(1), digest(6)]) {
      const target = undoTarget(found(history), to);
      expect(target.revision.name).toBe('r1');
      expect(target.record?.spec).toEqual({ template: 'of r1' });
    }
  });

  test('does not go back to what an undo left', () => {
    const again = [...history, entry(2, 'promoted', { undid: 'r4' })];
    expect(undoTarget(found(again, { stable: revision(2), previous: revision(4) }), null).revision.name).toBe('r1');
  });

  test('refuses what was never stable, what serves already, and what cannot be made again', () => {
    expect(() => undoTarget(found(history), 'r3')).toThrow(/r3 was never the stable revision/);
    expect(() => undoTarget(found(history), 'r4')).toThrow(/is what serves now \(r4\)/);
    expect(() => undoTarget(found(history, { records: [] }), 'r1')).toThrow(/Deployment of r1 is gone/);
    expect(() => undoTarget(found([entry(4, 'promoted')]), null)).toThrow(/r4 is the first verified revision/);
  });

  test('what is stable or previous is recorded before anything is removed', () => {
    expect(recordsOf(found(history)).map((each) => each.revision.name)).toEqual(['r1', 'r2', 'r4']);
    expect(recordsOf(found(history)).at(-1)?.spec).toEqual({ replicas: 2 });
  });
});
