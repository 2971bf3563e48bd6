import { describe, expect, it } from 'vitest';

import { renderDockerfile } from '../../src/image/dockerfile.ts';

const packages = {
  folder: '/venv',
  requirements: [
    { name: 'server.txt', text: 'fastapi==1 --hash=sha256:00\n', hashed: true, constraints: null },
    { name: 'model.txt', text: 'numpy==2\n', hashed: false, constraints: 'fastapi==1\n' },
  ],
  precompile: ['fastapi', 'numpy'],
};

describe('Dockerfile of a recipe', () => {
  it('is multi-stage, takes secrets for one step only, and needs no frontend image', async () => {
    const { dockerfile, context } = await renderDockerfile({ kind: 'base', base: 'python:3.12-slim', packages }, true);
    expect(dockerfile.match(/^FROM /gm)).toHaveLength(3);
    const final = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
    expect(final).toBe('\nFROM base\nCOPY --link --from=dependencies /venv /venv\n');
    expect(dockerfile).not.toMatch(/^# ?syntax/m);
    expect(dockerfile).toContain('--require-hashes -r /requirements/server.txt\n');
    expect(dockerfile).toContain('-c /requirements/constraints-model.txt -r /requirements/model.txt');
    expect(dockerfile).not.toContain('--require-hashes -c');
    expect(dockerfile).toContain('/precompile.py /venv fastapi numpy && find /venv');
    expect(context.map(({ path }) => path)).toEqual([
      'precompile.py',
      'requirements/server.txt',
      'requirements/model.txt',
      'requirements/constraints-model.txt',
    ]);
  });

  it('goes without --link where a builder does not know it', async () => {
    const { dockerfile } = await renderDockerfile({ kind: 'base', base: 'python:3.12-slim', packages }, false);
    expect(dockerfile).not.toContain('--link');
  });

  it('is the base alone when nothing has to be installed', async () => {
    const rendered = await renderDockerfile({ kind: 'base', base: 'scratch-like', packages: null }, true);
    expect(rendered).toEqual({ dockerfile: 'FROM scratch-like\n', context: [] });
  });
});
