import { describe, expect, it } from 'vitest';
import { JsonError, parseStrictJson } from '../../src/model/strict-json.ts';

describe('what JSON.parse lets pass', () => {
  it.each([
    ['a key twice', '{"a": 1, "a": 2}', 'has the key "a" twice', 9],
    ['too deep', '['.repeat(200) + ']'.repeat(200), 'nested more than 128 deep', 129],
    ['very many objects', `[${'{},'.repeat(250_000)}{}]`, 'more than 250000 objects', 750_001],
    ['very many numbers', `[${'1,'.repeat(5_000_000)}1]`, 'more than 5000000 values', 9_999_999],
    ['very many texts', `[${'"",'.repeat(2_000_000)}""]`, 'more than 2000000 texts', 6_000_001],
    ['very many lists', `[${'[],'.repeat(1_000_000)}[]]`, 'more than 1000000 lists', 2_999_998],
  ])('%s is refused where it stands', (_what, text, message, offset) => {
    let error: unknown;
    try {
      parseStrictJson(text);
    } catch (reason) {
      error = reason;
    }
    expect(error).toBeInstanceOf(JsonError);
    expect((error as JsonError).message).toContain(message);
    expect((error as JsonError).offset).toBe(offset);
  });

  it('leaves what tokenizers need: half a million pairs', () => {
    const merges = parseStrictJson(`{"merges": [${'["a", "b"],'.repeat(500_000)}["c", "d"]]}`);
    expect((merges as ReadonlyMap<string, readonly unknown[]>).get('merges')).toHaveLength(500_001);
  });
});
