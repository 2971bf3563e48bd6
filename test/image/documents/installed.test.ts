import { expect, it } from 'vitest';

import { installedIn } from '../../../src/image/documents/installed.ts';
import type { LayerFacts } from '../../../src/image/documents/layer-facts.ts';

const empty: LayerFacts = { packages: {}, removed: [], os: null, programs: [], unread: [] };
const record = (name: string): string => `venv/lib/${name}.dist-info/METADATA`;

function layer(names: readonly string[], removed: readonly string[] = []): LayerFacts {
  const packages = names.map((name) => [record(name), [{ kind: 'pypi', name, version: '1' }]] as const);
  return { ...empty, packages: Object.fromEntries(packages) as unknown as LayerFacts['packages'], removed };
}

it('what a higher layer removes is not installed, what it brings itself is', () => {
  const names = (layers: readonly LayerFacts[]): string[] => installedIn(layers).packages.map(({ name }) => name);
  expect(names([layer(['b', 'a']), layer(['c'], [record('a'), record('c')])])).toEqual(['b', 'c']);
  expect(names([layer(['a', 'b']), layer(['c'], ['venv/'])])).toEqual(['c']);
});

it('50000 records and as many marks take no time to speak of', { timeout: 20_000 }, () => {
  const names = (prefix: string): string[] => Array.from({ length: 50_000 }, (_, index) => `${prefix}${index}`);
  const upper = layer([], names('other').map(record));
  expect(installedIn([layer(names('p')), upper]).packages).toHaveLength(50_000);
});
