import { describe, expect, it } from 'vitest';
import { Findings } from '../../../src/model/findings.ts';
import type { Message } from '../../../src/model/protobuf/message.ts';
import { ProtobufReader } from '../../../src/model/protobuf/reader.ts';
import { parseSchema } from '../../../src/model/protobuf/schema.ts';
import { float, int, packed, part, varint } from './encoder.ts';

const schema = parseSchema(`
Root: 1 number int, 2 text string, 3 data bytes, 4 child Root*, 5 list int*, 6 real float, 7 reals float*, 8 zigzag sint
`);

function read(content: Buffer, step = Math.max(1, content.length)) {
  const findings = new Findings();
  const passed: string[] = [];
  const reader = new ProtobufReader(schema, 'Root', findings);
  const chunk = Buffer.alloc(step);
  for (let from = 0; from < content.length; from += step) {
    // The caller reuses its buffer.
    const taken = content.copy(chunk, 0, from, from + step);
    reader.write(chunk.subarray(0, taken));
  }
  const message = reader.end();
  return { message, rules: findings.list().map(({ rule }) => rule), passed };
}

const sample = Buffer.concat([
  int(1, -5),
  part(2, 'grüße'),
  part(4, int(1, 300), part(4, part(2, 'deep'))),
  part(3, Buffer.alloc(1000, 7)),
  packed(5, [1, 2 ** 40, -1]),
  int(5, 9),
  float(6, 0.5),
  float(7, 1),
  part(7, Buffer.alloc(8)),
  part(4),
  varint(8 * 8),
  varint(3),
  part(2, 'x'.repeat(0)).subarray(0, 0),
]);

function facts(message: Message | null) {
  const [first, second] = message?.messages('child') ?? [];
  return {
    number: message?.number('number'),
    text: message?.text('text'),
    child: [first?.number('number'), first?.message('child')?.text('text'), second?.names()],
    data: [message?.span('data')?.offset, message?.span('data')?.length],
    list: [message?.count('list'), message?.numbers('list')],
    reals: [message?.number('real'), message?.count('reals'), message?.numbers('reals')],
    zigzag: message?.number('zigzag'),
  };
}

describe('a protobuf message', () => {
  it('is read the same in pieces of any size', () => {
    const whole = read(sample);
    expect(whole.rules).toEqual([]);
    expect(facts(whole.message)).toEqual({
      number: -5,
      text: 'grüße',
      child: [300, 'deep', []],
      data: [36, 1000],
      list: [4, [1, 2 ** 40, -1, 9]],
      reals: [0.5, 3, [1, 0, 0]],
      zigzag: -2,
    });
    for (let step = 1; step < 40; step++) expect(facts(read(sample, step).message)).toEqual(facts(whole.message));
  });

  it('is a finding when it stops at any byte inside a value', () => {
    const boundaries = [11, 20, 33];
    for (let length = 1; length < 60; length++) {
      for (const step of [length, 1]) {
        const { message, rules } = read(sample.subarray(0, length), step);
        if (boundaries.includes(length)) expect(message).not.toBeNull();
        else expect(rules, String(length)).toEqual(['protobuf/truncated']);
      }
    }
  });

  const broken: readonly (readonly [string, string, Buffer])[] = [
    ['field 0', 'protobuf/malformed', Buffer.from([0, 0])],
    ['a group', 'protobuf/malformed', Buffer.from([0x0b, 0x0c])],
    ['a number of eleven bytes', 'protobuf/malformed', Buffer.from([8, ...new Array<number>(11).fill(0x80), 0])],
    ['a child longer than its message', 'protobuf/malformed', part(4, Buffer.from([0x22, 5]))],
    ['a number beyond its message', 'protobuf/malformed', part(4, Buffer.from([8, 0x80]))],
    ['a list that ends inside a number', 'protobuf/malformed', part(5, Buffer.from([1, 0x80]))],
    ['a list of floats of 5 bytes', 'protobuf/malformed', part(7, Buffer.alloc(5))],
    ['a length beyond 2^53', 'protobuf/malformed', Buffer.concat([Buffer.from([0x12]), varint(-1)])],
    ['another wire type', 'protobuf/unknown-field', part(1, 'x')],
    ['a field that nobody knows', 'protobuf/unknown-field', part(77, 'x')],
    ['a number where a message should be', 'protobuf/unknown-field', int(4, 1)],
    ['a value twice', 'protobuf/repeated-field', Buffer.concat([int(1, 1), int(1, 2)])],
  ];
  it.each(broken)('%s is a finding', (_, rule, content) => {
    for (const step of [content.length, 1]) expect(read(content, step).rules).toEqual([rule]);
  });

  it('is not followed into any depth', () => {
    let deep = int(1, 1);
    for (let depth = 0; depth < 5000; depth++) deep = part(4, deep);
    expect(read(deep).rules).toEqual(['protobuf/limit']);
  });

  it('keeps of long lists their length, and of large data their place', () => {
    const { message } = read(
      Buffer.concat([packed(5, new Array<number>(100_000).fill(1)), part(3, Buffer.alloc(1e6))]),
    );
    expect([message?.count('list'), message?.numbers('list').length]).toEqual([100_000, 64]);
    expect(message?.span('data')?.kept.length).toBe(1024);
  });

  it('stops when the structure itself is a bomb', () => {
    for (const child of [part(4), part(4, part(2, 'abc'))]) {
      expect(read(Buffer.alloc(301_000 * child.length, child)).rules).toEqual(['protobuf/limit']);
    }
  });
});
