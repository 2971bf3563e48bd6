import { expect, test } from 'vitest';
import { jsonView, linesView, liveView, watchStatus } from '../../src/cli/watch.ts';
import type { WatchView } from '../../src/cli/watch.ts';
import { MlDeployError } from '../../src/errors.ts';
import type { StatusReport } from '../../src/rollout/commands/status.ts';
import { Capture } from './host.ts';

const revision = { name: 'r1', role: 'stable', image: 'a.b/c@sha256:1', wanted: 2, ready: 2 } as const;
const candidate = { ...revision, name: 'r2', role: 'candidate' } as const;
const running: StatusReport = {
  model: 'fraud',
  namespace: 'ml',
  phase: 'running',
  progress: 'shifting',
  epoch: 3,
  provider: 'replicas',
  revisions: [revision, candidate],
  step: { number: 1, of: 2 },
  weight: 0.2,
  hold: null,
  engine: { holder: 'ci-7', renewedAt: '2026-11-22T12:00:00Z' },
  watchdog: 'running',
  reasons: ['errors: 0 of 12.'],
  updatedAt: null,
  history: [],
  next: null,
  others: [],
  oddities: [],
};
const hold = { reason: 'approval.', step: 0, until: '2999-01-01T00:00:00Z' };
const beat: StatusReport = {
  ...running,
  updatedAt: '2026-11-22T12:00:02Z',
  engine: { holder: 'ci-7', renewedAt: '2026-11-22T12:00:02Z' },
};
const wider: StatusReport = { ...beat, step: { number: 2, of: 2 }, weight: 0.5 };
const ended = { at: '2026-11-22T12:01:00Z', revision: 'r2', image: '', ended: 'promoted', reason: 'good.' } as const;
const done: StatusReport = {
  ...running,
  phase: 'done',
  step: null,
  engine: null,
  reasons: [],
  revisions: [{ ...candidate, role: 'stable' }],
  history: [ended],
};
const unreachable = new MlDeployError({ code: 'kubernetes/unreachable', kind: 'infrastructure', message: 'gone' });

/** Watches these looks, one after the other. */
async function watched(view: WatchView, looks: readonly (StatusReport | Error)[]): Promise<number> {
  let asked = 0;
  const read = (): Promise<StatusReport> => {
    const look = looks[asked++];
    if (look === undefined) throw new Error('it did not end');
    return look instanceof Error ? Promise.reject(look) : Promise.resolve(look);
  };
  await watchStatus({ read, view, signal: new AbortController().signal, everyMs: 1 });
  return asked;
}

test('json: one line per change; a sign of life is no change; it ends with the rollout', async () => {
  const output = new Capture();
  expect(await watched(jsonView(output), [running, beat, wider, unreachable, wider, done, running])).toBe(6);
  const lines = output.text.trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as StatusReport).weight)).toEqual([0.2, 0.5, 0.2]);
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ phase: 'done' });
});

test('lines: all at first, then what is new, with the time', async () => {
  const output = new Capture();
  const view = linesView(output, () => new Date('2026-11-22T12:00:04Z'));
  await watched(view, [running, beat, wider, unreachable, done]);
  const [first, ...rest] = output.text.split('12:00:04Z ');
  expect(first).toContain('fraud in namespace ml: the rollout of r2 is running, r1 is stable\n');
  expect(first?.split('\n').length).toBeGreaterThan(5);
  expect(rest.slice(0, 3)).toEqual([
    'step      2 of 2, 50 % of the traffic for the candidate (provider replicas)\n',
    'no answer, asking again: gone\n',
    'fraud in namespace ml: r2 is stable, no rollout is unfinished\n',
  ]);
  expect(output.text).not.toContain('\u001b');
});

test('lines: the time that a hold has left is no change', async () => {
  const held = { ...running, phase: 'held', engine: null, hold } as const;
  const output = new Capture();
  await watched(linesView(output), [held, held, done]);
  expect(output.text).toMatch(
    /held {6}until 2999-01-01 00:00:00 UTC \(\d+ h.* from now\), then rolled back: approval\./,
  );
  expect(output.text.split('approval.')).toHaveLength(2);
});

test('live: the block is drawn over the one before, and nothing is left to wait for at the end', async () => {
  const output = new Capture(true);
  await watched(liveView(output), [running, wider, done]);
  const blocks = output.text.split(/\u001b\[(\d+)A\u001b\[0J/);
  expect(blocks).toHaveLength(5);
  expect(blocks[0]).toContain('Ctrl-C ends only the watch');
  expect(Number(blocks[1])).toBe((blocks[0] ?? '').trimEnd().split('\n').length);
  expect(blocks.at(-1)).not.toContain('Ctrl-C');
  for (const line of output.text.split('\n')) expect(line.replace(/^.*\u001b\[0J/, '').length).toBeLessThan(80);
});

test('the first look throws, and an abort ends the watch', async () => {
  await expect(watched(jsonView(new Capture()), [unreachable])).rejects.toBe(unreachable);
  const controller = new AbortController();
  const read = (): Promise<StatusReport> => {
    controller.abort();
    return Promise.resolve(running);
  };
  const view = jsonView(new Capture());
  await watchStatus({ read, view, signal: controller.signal, everyMs: 60_000 });
});
