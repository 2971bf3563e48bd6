import { expect, test } from 'vitest';
import { chosen, everyCell, killRollouts, writesOf } from './matrix.ts';
import { Stage } from './stage.ts';

// The engine is killed before and after every write of a canary; the list of writes comes from a run itself.

test('canary: killed before and after every write, then resumed or rolled back', async () => {
  const writes = await writesOf(() => Stage.start('writes'));
  console.log(writes.map((label, index) => `${index + 1} ${label}`).join('\n'));
  const cells = chosen(everyCell(writes.length));
  const { passed, failed } = await killRollouts(cells, 3);
  expect(failed).toEqual([]);
  expect(passed.length).toBe(cells.length);
});
