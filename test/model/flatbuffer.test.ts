import { describe, expect, it } from 'vitest';
import { FlatbufferError, Table } from '../../src/model/flatbuffer.ts';

/** A table whose list names one other table `count` times; that one has a text of `length` bytes. */
function shared(count: number, length: number): Buffer {
  const vector = 20;
  const description = vector + 4 + 4 * count;
  const table = description + 8;
  const text = table + 8;
  const buffer = Buffer.alloc(text + 4 + length, 'a');
  const describeAt = (at: number): void => {
    for (const [index, value] of [6, 8, 4].entries()) buffer.writeUInt16LE(value, at + 2 * index);
  };
  buffer.writeUInt32LE(12, 0);
  describeAt(4);
  buffer.writeInt32LE(8, 12);
  buffer.writeUInt32LE(vector - 16, 16);
  buffer.writeUInt32LE(count, vector);
  for (let at = vector + 4; at < description; at += 4) buffer.writeUInt32LE(table - at, at);
  describeAt(description);
  buffer.writeInt32LE(8, table);
  buffer.writeUInt32LE(text - (table + 4), table + 4);
  buffer.writeUInt32LE(length, text);
  return buffer;
}

describe('a flat buffer that says the same thing very often', () => {
  it('is read', () => {
    const entries = Table.root(shared(3, 5)).tables(0);
    expect(entries.map((entry) => entry.text(0))).toEqual(['aaaaa', 'aaaaa', 'aaaaa']);
  });

  it('costs no more than its size', () => {
    const before = performance.now();
    for (const entry of Table.root(shared(100_000, 16 * 1024 * 1024)).tables(0)) entry.text(0);
    expect(performance.now() - before).toBeLessThan(20_000);
  });

  it('is refused when it is a bomb', () => {
    expect(() => Table.root(shared(400_001, 1)).tables(0)).toThrow(FlatbufferError);
  });
});
