import { describe, expect, test } from 'vitest';
import { factsOf } from '../../../src/model/formats/tensorrt.ts';

const tag = (type: number): Buffer => Buffer.from([type, 0x80, 0x01, 0x00]);
const byte = (value: number) => Buffer.concat([tag(0x02), Buffer.from([value])]);
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return Buffer.concat([tag(0x07), bytes]);
};
const u64 = (value: number, type = 0x08): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return Buffer.concat([tag(type), bytes]);
};
const flag = (value: number) => Buffer.concat([tag(0x0a), Buffer.from([value])]);

/** The archive: its head, the version, what describes the device, the end of that. */
function archive(version: readonly number[], device: readonly Buffer[], padding = 24): Buffer {
  const head = Buffer.alloc(padding);
  head.write('ptrt', 'latin1');
  return Buffer.concat([head, ...version.map(byte), ...device, Buffer.from('ef7fed7f', 'hex'), Buffer.alloc(64)]);
}

/** With the head that files have from 8.6 on. */
function file(version: readonly number[], device: readonly Buffer[], said = version, padding = 24): Buffer {
  const head = Buffer.alloc(56);
  head.write('ftrt', 'latin1');
  head.writeUInt32LE(1, 8);
  Buffer.from(said).copy(head, 24);
  head.write('NGNE', 32, 'latin1');
  return Buffer.concat([head, archive(version, device, padding)]);
}

const size = 49_152;
/** Capability, clocks, width of the bus, caches, limits. */
const upTo10 = (major: number, minor: number): Buffer[] => [
  ...[u32(major), u32(minor), u32(2_505_000), u32(10_501_000), u32(192), u64(37_748_736), u64(28_311_552)],
  ...[u32(size), u32(102_400), u32(512), u32(46), flag(0), u32(1024), u32(0x7fffffff), u32(65_535), u32(65_535)],
];
const since86 = (major: number, minor: number) => [tag(0xe5), u32(0), tag(0x12), tag(0x10), ...upTo10(major, minor)];
const from10 = (major: number, minor: number): Buffer[] => [
  ...[tag(0xd2), u32(0), tag(0x12), tag(0x10), u64(12_500_000_000, 0x09), u64(2_359_296), u64(1_622_016)],
  ...[u32(1_807_000), u32(7_501_000), u32(192), u32(size), u32(102_400), u32(28), u32(0), u32(1024), u32(1024)],
  ...[u32(major), u32(minor), u32(512)],
];

describe('what the head of a TensorRT engine says', () => {
  test.each<[string, Buffer, string, string]>([
    ['8.2: no head of the file', archive([8, 2, 1, 8], [tag(0x12), tag(0x10), ...upTo10(5, 3)]), '8.2.1.8', '5.3'],
    ['8.6', file([8, 6, 1, 6], since86(8, 9)), '8.6.1.6', '8.9'],
    ['10.3', file([10, 3, 0, 26], since86(7, 5)), '10.3.0.26', '7.5'],
    ['10.15: another order', file([10, 15, 1, 29], from10(8, 6), undefined, 20), '10.15.1.29', '8.6'],
  ])('%s', (_, bytes, tensorrt, computeCapability) => {
    expect(factsOf(bytes)).toEqual({ tensorrt, computeCapability });
  });

  test('what looks otherwise tells nothing', () => {
    expect(factsOf(Buffer.from('ftrt\0\0\0\0'))).toEqual({});
    expect(factsOf(Buffer.alloc(0))).toEqual({});
    // Of TensorRT 7: other marks.
    expect(
      factsOf(Buffer.concat([Buffer.from('ptrta\0\0\0'), Buffer.alloc(16), Buffer.from('0200010007', 'hex')])),
    ).toEqual({});
    // Its two places differ.
    expect(factsOf(file([8, 6, 1, 6], since86(8, 9), [8, 6, 1, 5]))).toEqual({});
    // An order that is not known: the version alone.
    const device = [tag(0xe5), u32(0), tag(0x12), u64(1), u32(8), u32(9)];
    expect(factsOf(file([9, 1, 0, 0], device))).toEqual({ tensorrt: '9.1.0.0' });
    // No such capability.
    expect(factsOf(file([8, 6, 1, 6], since86(46, 99)))).toEqual({ tensorrt: '8.6.1.6' });
    for (let length = 0; length < 300; length += 7) factsOf(file([8, 6, 1, 6], since86(8, 9)).subarray(0, length));
  });
});
