import { describe, expect, test } from 'vitest';
import { cut } from '../../src/cut.ts';
import { hideInMessage } from '../../src/pipeline/hide-secrets.ts';
import { lastLine } from '../../src/smoke/runtimes/container/engine.ts';

const secret = 'sk-live-0123456789abcdefghijklmnop';

describe('a secret that was cut in the middle', () => {
  const long = `key=${secret} and more`;

  test.each<[string, string]>([
    ['with a mark', `it said: ${cut(long, 24)}, and went on`],
    ['with a mark, inside of quotes', `it said: "${cut(long, 24)}"`],
    ['without a mark, at the end of the message', `it said: ${long.slice(0, 24)}`],
    ['but for its last character', `it said: ${long.slice(0, 4 + secret.length - 1)}`],
  ])('is hidden: %s', (_, message) => {
    expect(hideInMessage(message, [secret])).toMatch(/key=\*\*\*("|\.\.\.|$)/);
    expect(hideInMessage(message, [secret])).not.toContain('sk-live');
  });

  test('by what an engine says last', () => {
    const said = lastLine({ exitCode: 1, stdout: '', stderr: `${'y'.repeat(380)} ${secret}` });
    expect(hideInMessage(`docker run failed: ${said}: nothing is known`, [secret])).toMatch(
      / \*\*\*\.\.\.: nothing is known$/,
    );
  });

  test('ordinary words stay', () => {
    expect(hideInMessage('nothing to hide here', ['hereafter-0123'])).toBe('nothing to hide here');
    expect(cut('short', 5)).toBe('short');
  });
});
