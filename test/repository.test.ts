import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { version } from '../src/version.ts';
import { slowFiles } from './slow-first.ts';

const root = new URL('..', import.meta.url).pathname;
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'));

/** A page without its blocks of code. */
const prose = (page: string): string => read(page).replaceAll(/^```[\s\S]*?^```/gm, '');

/** What GitHub makes of the headings of a page. */
const anchors = (page: string): ReadonlySet<string> =>
  new Set(
    [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

describe('the repository tells the truth about itself', () => {
  it('CONTRIBUTING answers its questions with files that exist', () => {
    const named = [...read('CONTRIBUTING.md').matchAll(/\| `([^`]+)` \|$/gm)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThanOrEqual(10);
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('the test runner starts with slow files that exist', () => {
    expect(slowFiles.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it.each(pages)('%s links to files that exist', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map((match) => match[1] ?? '');
    expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
  });

  it('links into a page lead to headings that it has', () => {
    const dead = pages.flatMap((page) =>
      [...prose(page).matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)]
        .map(([, file = '', anchor = '']) => ({ to: file === '' ? page : join(dirname(page), file), anchor }))
        .filter(({ to, anchor }) => to.endsWith('.md') && !anchors(to).has(anchor))
        .map(({ to, anchor }) => `${page}: ${to}#${anchor}`),
    );
    expect(dead).toEqual([]);
  });

  it('has one version', () => {
    expect((JSON.parse(read('package.json')) as { version: string }).version).toBe(version);
  });

  it('the stages import neither each other nor the runner', () => {
    const stages = ['model', 'image', 'smoke', 'rollout'];
    const trespasses: string[] = [];
    for (const stage of stages) {
      for (const entry of readdirSync(join(root, 'src', stage), { recursive: true, encoding: 'utf8' })) {
        if (!entry.endsWith('.ts')) continue;
        const depth = entry.split('/').length;
        for (const [, up = '', target = ''] of read(`src/${stage}/${entry}`).matchAll(
          /from '((?:\.\.\/)+)([a-z-]+)\//g,
        )) {
          const leaves = up.length / 3 >= depth;
          if (leaves && target !== stage && [...stages, 'action', 'cli'].includes(target))
            trespasses.push(`${stage}/${entry} -> ${target}`);
        }
      }
    }
    expect(trespasses).toEqual([]);
  });
});
