import { describe, expect, it } from 'vitest';
import { judge } from './judge-bytes.ts';
import { malicious } from './malicious/index.ts';

describe('pickles that must not be called clean', () => {
  it.each(malicious.map((sample) => [sample.name, sample] as const))('%s', (_, { content, verdict, rule }) => {
    const whole = judge(content);
    expect(whole.verdict, JSON.stringify(whole.findings, null, 1)).toBe(verdict);
    expect(whole.rules).toContain(rule);
    // The same in pieces: every argument is cut somewhere.
    for (const step of [1, 3, 7]) {
      const pieces = judge(content, step);
      expect(pieces.findings.map(({ rule: id, offset }) => [id, offset])).toEqual(
        whole.findings.map(({ rule: id, offset }) => [id, offset]),
      );
    }
  });
});
