import { describe, expect, test } from 'vitest';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { givenUpBefore } from '../../src/rollout/given-up.ts';
import { planRollout } from '../../src/rollout/plan.ts';
import { rollOut } from '../../src/rollout/stage.ts';
import type { HistoryEntry, RolloutState } from '../../src/rollout/state.ts';
import { survey } from '../../src/rollout/survey.ts';
import { fastapi } from '../../src/server/fastapi/index.ts';
import { memoryCluster, ref } from './memory-cluster.ts';
import { accessTo, contextFor, project } from './project.ts';

const entry = (n: number, ended: HistoryEntry['ended'], more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  at: '2026-01-01T00:00:00Z',
  revision: `r${n}`,
  image: `registry.test/fraud@sha256:${String(n).repeat(64)}`,
  template: `t${n}`,
  ended,
  reason: 'because',
  ...more,
});

const state = (...history: readonly HistoryEntry[]): RolloutState =>
  ({ history, stable: null, previous: null }) as unknown as RolloutState;

describe('a release that evidence rolled back', () => {
  const blamed = entry(3, 'rolled back', { blamed: true });

  test('is refused by image and template', () => {
    expect(givenUpBefore(state(entry(1, 'promoted'), blamed), 't3')).toMatchObject({ by: 'evidence', revision: 'r3' });
    expect(givenUpBefore(state(blamed), 't9')).toBeNull();
    expect(givenUpBefore(null, 't3')).toBeNull();
  });

  test('is not refused when the cluster or a person did it, or when it was stable since', () => {
    expect(givenUpBefore(state(entry(3, 'rolled back')), 't3')).toBeNull();
    expect(givenUpBefore(state(entry(3, 'interrupted')), 't3')).toBeNull();
    expect(givenUpBefore(state(blamed, entry(5, 'promoted', { template: 't3' })), 't3')).toBeNull();
  });
});

describe('a release that a person left by an undo', () => {
  const left = [entry(1, 'promoted'), entry(2, 'promoted'), entry(1, 'promoted', { undid: 'r2' })];

  test('counts as rolled back; the one that it returned to does not', () => {
    expect(givenUpBefore(state(...left), 't2')).toMatchObject({ by: 'undo', revision: 'r2' });
    expect(givenUpBefore(state(...left), 't1')).toBeNull();
  });

  test('an undo that did not come to its end leaves nothing', () => {
    const failed = entry(1, 'rolled back', { undid: 'r2' });
    expect(givenUpBefore(state(entry(1, 'promoted'), entry(2, 'promoted'), failed), 't2')).toBeNull();
  });

  test('taking the undo back removes the mark and sets no other', () => {
    const back = state(...left, entry(2, 'promoted', { undid: 'r1' }));
    expect([givenUpBefore(back, 't2'), givenUpBefore(back, 't1')]).toEqual([null, null]);
  });

  test('--retry that was promoted removes the mark', () => {
    const retried = entry(3, 'promoted', { template: 't2', retried: true });
    expect(givenUpBefore(state(...left, retried), 't2')).toBeNull();
  });

  test('is found by its record when its promotion is not in the history any more', () => {
    const { history } = state(entry(1, 'promoted', { undid: 'r2' }));
    const records = [{ revision: { name: 'r2', template: 't2' }, spec: {} }];
    const old = { history, records, stable: null, previous: null } as unknown as RolloutState;
    expect(givenUpBefore(old, 't2')).toMatchObject({ by: 'undo', revision: 'r2' });
  });

  test('is refused when the pipeline runs again, before anything is written', async () => {
    const config = project({ namespace: 'ml' });
    const image = `registry.test/fraud@sha256:${'b'.repeat(64)}`;
    const context = contextFor(config, accessTo({ kubeconfigPath: '/nowhere' }), image);
    const planning = kubeApi(await memoryCluster(config, () => ({})));
    const release = { image, modelDigest: `sha256:${'0'.repeat(64)}` };
    const { template } = planRollout(config, release, fastapi, await survey(planning, ref)).candidate;
    const history = [entry(2, 'promoted', { template }), entry(1, 'promoted', { undid: 'r2' })];
    const transport = await memoryCluster(config, () => ({ history }));
    await expect(rollOut(context, kubeApi(transport))).rejects.toMatchObject({
      code: 'rollout/was-rolled-back',
      message: expect.stringMatching(/r2.*was left at .* by an undo to r1/) as string,
      hint: expect.stringMatching(/--retry.*undo --to r2/) as string,
    });
    expect(transport.writes).toEqual([]);
  });
});
