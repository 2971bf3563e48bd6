import { expect, test } from 'vitest';
import { accessFrom } from '../../src/cli/access.ts';
import { OptionValues } from '../../src/cli/options.ts';
import { requestOf } from '../../src/cli/request.ts';

const request = (options: Record<string, unknown>, environment: Record<string, string> = {}): unknown =>
  requestOf(new OptionValues(options), accessFrom(environment, { root: '/', name: 'runner-1' }));

test('a forced rollout carries its reason and who asked for it', () => {
  expect(request({ force: true, reason: 'r7 fails' }, { GITHUB_ACTOR: 'ann' })).toEqual({
    force: { reason: 'r7 fails', by: 'ann (runner-1)' },
    retry: false,
    undo: null,
  });
  expect(request({ force: true, reason: 'r7 fails' })).toMatchObject({ force: { by: 'runner-1' } });
  expect(request({ retry: true })).toEqual({ force: null, retry: true, undo: null });
});

test('force and reason belong together', () => {
  expect(() => request({ force: true })).toThrow(/nobody would know why/);
  expect(() => request({ force: true, reason: '  ' })).toThrow(/nobody would know why/);
  expect(() => request({ reason: 'r7 fails' })).toThrow(/reason for --force/);
});
