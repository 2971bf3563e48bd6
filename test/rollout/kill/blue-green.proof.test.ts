import { expect, test } from 'vitest';
import { chosen, everyCell, killRollouts, writesOf } from './matrix.ts';
import { quick } from './quick.ts';
import { Stage } from './stage.ts';

// As canary.proof.test.ts, for blue-green: all pods at once, all traffic at once.

const rollout = Object.fromEntries(Object.entries(quick.rollout).filter(([key]) => key !== 'steps'));
const start = (): Promise<Stage> =>
  Stage.start('bluegreen', { ...quick, rollout: { ...rollout, strategy: 'blueGreen' } });

test('blue-green: killed before and after every write, then resumed or rolled back', async () => {
  const writes = await writesOf(start);
  console.log(writes.map((label, index) => `${index + 1} ${label}`).join('\n'));
  const cells = chosen(everyCell(writes.length));
  const { passed, failed } = await killRollouts(cells, 3, start);
  expect(failed).toEqual([]);
  expect(passed.length).toBe(cells.length);
});
