import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { parseGolden } from '../../src/golden/golden-file.ts';
import { repositoryRoot } from '../cluster/state.ts';

// Who is told of a failed check by its title has to find it in the table that says what to do.

const text = (file: string): string => readFileSync(join(repositoryRoot, file), 'utf8');

/** Ids and titles of all checks, as the sources name them. */
const checks = readdirSync(join(repositoryRoot, 'src/smoke'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => [...text(`src/smoke/${name}`).matchAll(/id: '([a-z-]+)',\s*title: '([^']+)'/g)])
  .map(([, id = '', title = '']) => ({ id, title }));

test('docs/smoke.md says what to do about every check, by the title that the report has', () => {
  expect(checks.length).toBeGreaterThan(20);
  const rows = [...text('docs/smoke.md').matchAll(/^\| ([^|]+) \| `([a-z-]+)` \| [^|]{20,} \|$/gm)];
  const named = rows.map(([, title = '', id = '']) => `${id}: ${title}`);
  expect(named.toSorted()).toEqual(checks.map(({ id, title }) => `${id}: ${title}`).toSorted());
});

test('and its reference what exactly each of them holds', () => {
  const reference = `${text('docs/smoke-checks.md')}${text('docs/smoke-gpu.md')}`;
  const told = new Set([...reference.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id]) => id));
  expect(checks.filter(({ id }) => !told.has(id))).toEqual([]);
});

test('its configurations are whole, its golden files right', () => {
  const blocks = [...text('docs/smoke.md').matchAll(/^```(yaml|json)\n([\s\S]*?)^```/gm)];
  const of = (kind: string, mark: string) =>
    blocks.filter(([, is, block]) => is === kind && block?.startsWith(mark) === true).map(([, , block = '']) => block);
  const configs = of('yaml', '# mldeploy.yaml').map((block) => parseConfig(block, 'docs/smoke.md', null));
  expect(configs.map(({ smoke }) => smoke.url ?? smoke.runtime)).toEqual([
    'http://127.0.0.1:8000',
    'docker',
    'kubernetes',
  ]);
  const golden = of('json', '{"requests"');
  expect(golden.length).toBeGreaterThan(1);
  for (const file of golden) expect(parseGolden(file, 'docs/smoke.md').length).toBeGreaterThan(0);
});
