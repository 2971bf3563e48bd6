import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const rows = readFileSync(join(root, 'test/cluster/scenarios.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| .* \|$/.test(line) && !line.startsWith('| scenario '))
  .map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );

test('every scenario names a test that exists, or the reason why there is none', () => {
  expect(rows.length).toBeGreaterThan(50);
  const wrong: string[] = [];
  for (const [scenario = '', cover = ''] of rows) {
    if (/^none: \S+/.test(cover)) continue;
    const [, file = '', title] = /^(\S+\.test\.ts)(?: "(.+)")?$/.exec(cover) ?? [];
    const path = join(root, file.replace(/^K\//, 'test/rollout/kill/').replace(/^R\//, 'test/rollout/'));
    if (file === '' || !existsSync(path)) wrong.push(`${scenario}: ${cover} names no test file`);
    else if (title !== undefined && !readFileSync(path, 'utf8').includes(title))
      wrong.push(`${scenario}: ${file} has no test "${title}"`);
  }
  expect(wrong).toEqual([]);
});
