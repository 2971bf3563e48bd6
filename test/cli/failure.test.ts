import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { reportError } from '../../src/cli/failure.ts';
import { MlDeployError } from '../../src/errors.ts';
import type { ErrorKind } from '../../src/errors.ts';
import { captureHost } from './host.ts';

it.each([
  ['model', 1],
  ['usage', 2],
  ['inconclusive', 3],
  ['infrastructure', 4],
  ['interrupted', 130],
] as const)('an error of the kind %s ends with %d', (kind: ErrorKind, code) => {
  const host = captureHost('/');
  const error = new MlDeployError({ code: 'a/b', kind, message: 'what\u001b[31m happened', hint: 'do this' });
  expect(reportError(error, host, false)).toBe(code);
  expect(host.stderr.text).toMatch(/: what happened\n {2}do this\n {2}\(a\/b; docs\/errors\.md\)\n$/);
  expect(host.stdout.text).toBe('');
});

it('a defect is one line, its stack is in a file, and it never blames the model', async () => {
  const host = captureHost('/');
  expect(reportError(new TypeError('x is not a function\nsecond line'), host, true)).toBe(4);
  expect(host.stderr.text).toContain('Error: defect in ml-deploy: x is not a function\n');
  expect(host.stderr.text).not.toMatch(/^\s*at /m);
  const [, file] = /file (\S+)/.exec(host.stderr.text) ?? [];
  expect(await readFile(file ?? '', 'utf8')).toMatch(/TypeError: x is not a function[^]*at /);
  expect(JSON.parse(host.stdout.text)).toMatchObject({ error: { code: 'internal/defect', kind: 'infrastructure' } });
});
