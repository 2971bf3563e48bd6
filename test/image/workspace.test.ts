import { existsSync, mkdirSync, mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { openWorkspace } from '../../src/image/workspace.ts';

function fill(layout: string, name: string): void {
  mkdirSync(layout, { recursive: true });
  writeFileSync(join(layout, name), '');
}

describe('workspace', () => {
  it('hands the layout on to the next build, and nothing else', async () => {
    const root = mkdtempSync(join(tmpdir(), 'mldeploy-workspace-'));
    const first = await openWorkspace(root);
    fill(first.layout, 'one');
    await first.close();
    const second = await openWorkspace(root);
    expect(second.folder).not.toBe(first.folder);
    expect(readdirSync(second.layout)).toEqual(['one']);
    await second.close();
    expect(readdirSync(join(root, '.mldeploy'))).toEqual(['cache']);
  });

  it('keeps builds at the same time apart', async () => {
    const root = mkdtempSync(join(tmpdir(), 'mldeploy-workspace-'));
    const before = await openWorkspace(root);
    fill(before.layout, 'kept');
    await before.close();
    const [one, two] = await Promise.all([openWorkspace(root), openWorkspace(root)]);
    expect([one, two].filter(({ layout }) => existsSync(layout))).toHaveLength(1);
    fill(one.layout, 'one');
    fill(two.layout, 'two');
    await one.close();
    expect(readdirSync(two.layout)).toContain('two');
    await two.close();
    expect(readdirSync(join(root, '.mldeploy'))).toEqual(['cache']);
    expect(readdirSync(join(root, '.mldeploy/cache/layout'))).toContain('one');
  });

  it('removes what a build that was killed long ago left, and leaves a recent one alone', async () => {
    const root = mkdtempSync(join(tmpdir(), 'mldeploy-workspace-'));
    for (const name of ['build-old', 'build-new']) mkdirSync(join(root, '.mldeploy', name), { recursive: true });
    utimesSync(join(root, '.mldeploy/build-old'), 1, 1);
    const workspace = await openWorkspace(root);
    await workspace.close();
    expect(readdirSync(join(root, '.mldeploy'))).toEqual(['build-new', 'cache']);
  });
});
