import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { applyLock } from '../../../src/image/lock/apply.ts';
import { changesBetween } from '../../../src/image/lock/changes.ts';
import { parseLock, readLock, renderLock, type LockedImage } from '../../../src/image/lock/document.ts';
import { checkInputs, entryOf, lockInputs } from '../../../src/image/lock/inputs.ts';
import { indexOptions, pinOf, withoutHashes } from '../../../src/image/lock/requirements-text.ts';
import type { ImagePlan } from '../../../src/server/image-plan.ts';
import { requirementLines } from '../../../src/server/requirements-text.ts';

const digest = (character: string): string => `sha256:${character.repeat(64)}`;

const plan: ImagePlan = {
  platform: 'linux/amd64',
  recipe: {
    kind: 'base',
    base: 'python:3.12-slim',
    packages: {
      folder: '/venv',
      requirements: [
        { name: 'server.txt', text: 'fastapi==1\n', hashed: false, constraints: null },
        {
          name: 'model.txt',
          text: '--extra-index-url https://a.example/simple\nnumpy>=2\n',
          hashed: false,
          constraints: null,
        },
      ],
      precompile: ['numpy'],
    },
  },
  trees: [],
  runtime: null,
  labels: {},
  weights: { path: '/model', files: [] },
};

function locked(more: Partial<LockedImage> = {}): LockedImage {
  const inputs = lockInputs(plan, 'fastapi');
  if (inputs === null) throw new Error('it has a base');
  return {
    environments: ['default'],
    inputs,
    base: digest('b'),
    python: '3.12, x86_64, glibc 2.36',
    packages: { 'numpy==2.4.6': [digest('1'), digest('2')], 'fastapi==1': [digest('3')] },
    ...more,
  };
}

const entry = (environment: string, platform = 'linux/amd64'): Parameters<typeof entryOf>[1] => {
  return { environment, image: { platform } };
};

describe('the lock', () => {
  it('is sorted text that reads back as what it was', () => {
    const staging = locked({ environments: ['staging', 'production'], packages: null, python: null });
    const text = renderLock({ version: 1, images: [staging, locked()] });
    expect(text).toMatch(/^# Written by `ml-deploy lock`/);
    expect(text.indexOf('fastapi==1')).toBeLessThan(text.indexOf('numpy==2.4.6'));
    const read = parseLock(text);
    expect(read.images.map(({ environments }) => environments)).toEqual([['default'], ['production', 'staging']]);
    expect(renderLock(read)).toBe(text);
    expect(entryOf(read, entry('production')).packages).toBeNull();
    expect(() => entryOf(read, entry('test'))).toThrow(/does not know the environment test/);
  });

  it.each([
    ['a: [', /cannot be used/],
    ['version: 2\nimages: []\n', /no `version: 1`/],
    ['version: 1\n', /no list `images`/],
    ['version: 1\nimages: [{environments: [default]}]\n', /incomplete/],
    ['<<<<<<< HEAD\nversion: 1\n=======\n', /cannot be used|no `version: 1`/],
  ])('is refused when it is %j', (text, message) => {
    expect(() => parseLock(text)).toThrow(message);
  });

  it('may not put more than requirements into the file that an installer reads', () => {
    const text = renderLock({
      version: 1,
      images: [locked({ packages: { 'a==1\n--index-url=https://evil': [digest('1')] } })],
    });
    expect(() => parseLock(text)).toThrow(/incomplete/);
    const hash = renderLock({ version: 1, images: [locked({ packages: { 'a==1': ['md5:00'] } })] });
    expect(() => parseLock(hash)).toThrow(/incomplete/);
  });

  it('is not there, or cannot be read', async () => {
    const root = await mkdtemp(join(tmpdir(), 'mldeploy-lock-'));
    expect(await readLock(root)).toBeNull();
    await writeFile(join(root, 'mldeploy.lock'), 'version: 3\n');
    await expect(readLock(root)).rejects.toMatchObject({ code: 'build/lock-invalid', kind: 'usage' });
  });

  it('is out of date when what it was made from has changed, and says what', () => {
    const { inputs } = locked();
    expect(() => checkInputs(locked(), inputs)).not.toThrow();
    const now = {
      ...inputs,
      base: 'python:3.13-slim',
      requirements: { 'server.txt': digest('0'), 'onnx.txt': digest('0') },
    };
    expect(() => checkInputs(locked(), now)).toThrow(
      /image\.base was python:3\.12-slim and is python:3\.13-slim; the requirements model\.txt are no longer there; the requirements onnx\.txt are new; the requirements server\.txt have changed/,
    );
    const { base, platform, server } = inputs;
    expect(() => checkInputs(locked(), { base, platform, server })).not.toThrow();
    expect(() => checkInputs(locked(), { base, platform: 'linux/arm64', server })).toThrow(/image\.platform/);
  });

  it('pins base and packages in the plan', () => {
    const { recipe } = applyLock(plan, locked());
    expect(recipe).toEqual({
      kind: 'base',
      base: `python:3.12-slim@${digest('b')}`,
      packages: {
        folder: '/venv',
        precompile: ['numpy'],
        requirements: [
          {
            name: 'locked.txt',
            hashed: true,
            constraints: null,
            text: [
              '--extra-index-url https://a.example/simple',
              'fastapi==1 \\',
              `    --hash=${digest('3')}`,
              'numpy==2.4.6 \\',
              `    --hash=${digest('1')} \\`,
              `    --hash=${digest('2')}`,
              '',
            ].join('\n'),
          },
        ],
      },
    });
  });

  it('tells what a new one changes', () => {
    const after = locked({
      base: digest('c'),
      packages: { 'numpy==2.5.0': [digest('1')], 'fastapi==1': [digest('4')], 'joblib==1': [digest('5')] },
    });
    expect(changesBetween(locked(), after)).toEqual([
      'base python:3.12-slim: sha256:bbbbbbbbbbbb -> sha256:cccccccccccc',
      'fastapi: the same version with other files',
      'joblib: 1',
      'numpy: 2.4.6 -> 2.5.0',
    ]);
    expect(changesBetween(locked(), locked())).toEqual([]);
    expect(changesBetween(locked(), locked({ packages: { 'fastapi==1': [digest('3')] } }))).toEqual([
      'numpy: 2.4.6 -> removed',
    ]);
  });
});

describe('requirements', () => {
  it('go on behind a backslash as pip has it, and not in a comment', () => {
    const text = 'a==1 \\\n  --hash=sha256:aa\n# see \\\nb==2\nc==3 # why \\\nd==4\ne==5 \\';
    expect(requirementLines(text)).toEqual([
      { line: 1, text: 'a==1   --hash=sha256:aa' },
      { line: 4, text: 'b==2' },
      { line: 5, text: 'c==3' },
      { line: 7, text: 'e==5' },
    ]);
  });

  it('are read without their digests', () => {
    const text = `# pinned
Typing_Extensions==4.1 ; python_version < "3.13" \\
    --hash=sha256:aa \\
    --hash=sha256:bb
typing-extensions==4.1 ; python_version >= "3.13" --hash=sha256:cc
--find-links wheels/
numpy>=2  # any
`;
    const { text: plain, hashes } = withoutHashes(text);
    expect(plain).toBe(`Typing_Extensions==4.1 ; python_version < "3.13"
typing-extensions==4.1 ; python_version >= "3.13"
--find-links wheels/
numpy>=2
`);
    expect([...hashes]).toEqual([['typing-extensions==4.1', ['sha256:aa', 'sha256:bb', 'sha256:cc']]]);
    expect(indexOptions(text)).toEqual(['--find-links wheels/']);
    expect([pinOf('a[b]==1.0'), pinOf('a>=1'), pinOf('A.b_c===2')]).toEqual(['a==1.0', null, 'a-b-c==2']);
  });
});
