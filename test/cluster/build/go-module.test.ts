import { expect, test } from 'vitest';
import { goMod, toolsGo } from './go-module.ts';
import type { Recipe } from './recipe.ts';

const recipe: Recipe = {
  name: 'tool',
  version: 'v1.2.3',
  module: 'example.com/tool',
  packages: { tool: 'example.com/tool/cmd/tool' },
  seconds: 1,
};

test('go.mod takes over the replace and exclude lines of the module', () => {
  const own = {
    Go: '1.25.0',
    Replace: [{ Old: { Path: 'example.com/a' }, New: { Path: 'example.com/b', Version: 'v0.1.0' } }],
    Exclude: [{ Path: 'example.com/c', Version: 'v2.0.0' }],
  };
  expect(goMod(recipe, own)).toBe(`module build.test/tool

go 1.25.0

require example.com/tool v1.2.3
replace example.com/a => example.com/b v0.1.0
exclude example.com/c v2.0.0
`);
});

test('folders of the module are replaced by published versions, or refused', () => {
  const own = { Replace: [{ Old: { Path: 'k8s.io/api' }, New: { Path: './staging/src/k8s.io/api' } }] };
  expect(goMod({ ...recipe, localReplaceVersion: 'v0.34.4' }, own)).toContain(
    'replace k8s.io/api => k8s.io/api v0.34.4',
  );
  expect(() => goMod(recipe, own)).toThrow(/k8s.io\/api is replaced by the folder .*localReplaceVersion/);
});

test('the programs are imported unless the recipe brings its own', () => {
  expect(toolsGo(recipe)).toContain('import _ "example.com/tool/cmd/tool"');
  expect(toolsGo({ ...recipe, main: 'package main' })).toBeUndefined();
});
