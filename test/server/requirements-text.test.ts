import { expect, it } from 'vitest';

import { movingReferences } from '../../src/server/requirements-text.ts';

const hash = 'a'.repeat(64);

it.each([
  'mine @ file:///srv/mine-1-py3-none-any.whl',
  'mine[extra]@https://x/mine.whl ; python_version > "3"',
  './wheels/mine-1-py3-none-any.whl',
  'mine-1.tar.gz',
  'git+https://x/mine.git@main',
  '-r other.txt',
  '--constraint=other.txt',
  '-e .',
])('what %s brings may change while the line stays', (line) => {
  expect(movingReferences(`a==1\n${line}\n`)).toEqual([{ line: 2, text: line }]);
});

it.each([
  'a==1',
  'a[b]>=2,<3',
  'torch==2.9.1+cu128',
  'a==1 --hash=sha256:00',
  `mine @ file:///srv/mine.whl --hash=sha256:${hash}`,
  `mine @ https://x/mine.whl#sha256=${hash}`,
  `mine @ git+https://x/mine.git@${'b'.repeat(40)}`,
  '--index-url https://x/simple',
  '--extra-index-url=https://x/simple',
  '--no-binary :all:',
])('what %s brings is judged by its version, digest or commit', (line) => {
  expect(movingReferences(line)).toEqual([]);
});
