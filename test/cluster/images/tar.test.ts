import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { tar } from './tar.ts';

const archive = tar([
  { path: 'bin/', mode: 0o755 },
  { path: 'bin/program', mode: 0o755, content: Buffer.alloc(700, 'x') },
  { path: 'bin/link', mode: 0o777, link: 'program' },
  { path: 'empty', mode: 0o644, content: Buffer.alloc(0) },
]);

test('the system’s tar reads what is written', () => {
  const list = execFileSync('tar', ['-tvf', '-', '--numeric-owner', '--utc'], { input: archive, encoding: 'utf8' })
    .trim()
    .split('\n');
  expect(list.map((line) => line.replace(/\s+/g, ' '))).toEqual([
    'drwxr-xr-x 0/0 0 1970-01-01 00:00 bin/',
    '-rwxr-xr-x 0/0 700 1970-01-01 00:00 bin/program',
    'lrwxrwxrwx 0/0 0 1970-01-01 00:00 bin/link -> program',
    '-rw-r--r-- 0/0 0 1970-01-01 00:00 empty',
  ]);
  expect(execFileSync('tar', ['-xOf', '-', 'bin/program'], { input: archive }).equals(Buffer.alloc(700, 'x'))).toBe(
    true,
  );
});

test('a path that does not fit is refused', () => {
  expect(() => tar([{ path: 'x'.repeat(101), mode: 0o644, content: Buffer.alloc(0) }])).toThrow(/path too long/);
});
