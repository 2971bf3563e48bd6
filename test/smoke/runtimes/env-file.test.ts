import { describe, expect, test } from 'vitest';
import { cpuShares } from '../../../src/smoke/runtimes/container/create-arguments.ts';
import { envFileText, refuseUnreadable } from '../../../src/smoke/runtimes/container/env-file.ts';

describe('variables in a file', () => {
  test('are written as they are: both engines read them so', () => {
    const odd = { A: '"x y"', B: '  lead', C: 'a#b # c', D: '', E: 'trail  ', F: "'q'", G: '\\n$X', H: '\uFEFFbom' };
    expect(envFileText(odd)).toBe('A="x y"\nB=  lead\nC=a#b # c\nD=\nE=trail  \nF=\'q\'\nG=\\n$X\nH=\uFEFFbom\n');
  });

  test('a line that is too long for them is refused, by its bytes', () => {
    const limit = 64 * 1024 - 1;
    expect(envFileText({ BIG: 'z'.repeat(limit - 4) })).toHaveLength(limit + 1);
    for (const value of ['z'.repeat(limit - 3), 'ü'.repeat(limit / 2)]) {
      expect(() => envFileText({ BIG: value })).toThrow(/"BIG" .* more than 65535 bytes/);
    }
  });

  test.each(['"quoted"', "'quoted'", ' leading', 'a # comment', ''])('podman 4.7 would change %j', (value) => {
    expect(() => {
      refuseUnreadable({ KEY: value }, '4.7.2');
    }).toThrow(/"KEY" .*podman 4\.7\.2 would change its value/);
    for (const version of ['4.3.1', '4.6.2', '4.8.0', '4.9.3', '5.4.0', '']) refuseUnreadable({ KEY: value }, version);
  });

  test('what it reads as it is, it is given', () => {
    refuseUnreadable({ KEY: 'a "quoted" word', OTHER: 'x=y', MLDEPLOY_MODEL_DIGEST: '' }, '4.7.0');
  });
});

test.each([
  ['500m', 512],
  ['0.5', 512],
  [1, 1024],
  ['2', 2048],
  ['1.5', 1536],
  ['1m', 2],
  ['0.0001', 2],
  [1024, 262_144],
])('a request for %s of CPU weighs %i, on a machine of any size', (cpu, shares) => {
  expect(cpuShares(cpu)).toBe(shares);
});
