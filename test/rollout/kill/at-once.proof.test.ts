import { expect, test } from 'vitest';
import { chosen, everyCell, killRollouts, writesOf } from './matrix.ts';
import { quick } from './quick.ts';
import { Stage } from './stage.ts';

// As canary.proof.test.ts, for a forced hotfix: no statistics, all traffic at once as soon as every pod is ready.

const start = (): Promise<Stage> => Stage.start('atonce', { ...quick, args: ['--force', '--reason', 'hotfix'] });

test('at once: killed before and after every write, then resumed or rolled back', async () => {
  const writes = await writesOf(start);
  console.log(writes.map((label, index) => `${index + 1} ${label}`).join('\n'));
  const cells = chosen(everyCell(writes.length));
  const { passed, failed } = await killRollouts(cells, 3, start);
  expect(failed).toEqual([]);
  expect(passed.length).toBe(cells.length);
});
