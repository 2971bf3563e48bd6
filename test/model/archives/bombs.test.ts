import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Budget } from '../../../src/model/budget.ts';
import { judgeContent } from './judge-content.ts';

const zeros = Buffer.alloc(8_000_000);

/** A budget that gives 1 MiB and then 200 bytes per packed byte. */
const small = (content: Buffer): Budget => new Budget(content.length, 1024 * 1024);

/** LZ4: one literal byte, then a match of it that fills the block; blocks until 8 MB. */
function lz4Zeros(): Buffer {
  const match = Buffer.concat([Buffer.from([0x1f, 0, 1, 0]), Buffer.alloc(16_400, 255), Buffer.from([0, 0x10, 0])]);
  const block = Buffer.concat([Buffer.alloc(4), match]);
  block.writeUInt32LE(match.length, 0);
  return Buffer.concat([Buffer.from('04224d18607073', 'hex'), block, block, Buffer.alloc(4)]);
}

const bombs: readonly (readonly [string, Buffer])[] = [
  ['gzip', gzipSync(zeros)],
  ['gzip in gzip', gzipSync(gzipSync(zeros))],
  ['zlib', deflateSync(zeros)],
  ['zstd', zstdCompressSync(zeros)],
  ['bzip2', Buffer.from('QlpoOTFBWSZTWSV+h+YAPUZAQMAAAEAACCAAMMwJqmmoqSG1IqSHi7kinChIEr9D8wA=', 'base64')],
  ['lz4', lz4Zeros()],
];

describe('a bomb', () => {
  it.each(bombs)('of %s is stopped while it unpacks', async (_, content) => {
    const { verdict, rules } = await judgeContent('model.joblib', content, 1000, true, small(content));
    expect(verdict).toBe('unsafe');
    expect(rules).toContain('compression/ratio');
  });

  it('of compressions in compressions is refused', async () => {
    const nested = [1, 2, 3, 4, 5].reduce((inner) => gzipSync(inner), zeros.subarray(0, 10));
    const { verdict, rules } = await judgeContent('model.joblib', nested);
    expect([verdict, rules]).toEqual(['inconclusive', expect.arrayContaining(['content/depth'])]);
  });

  it('is none when there is room for it', async () => {
    const { rules } = await judgeContent('model.joblib', gzipSync(zeros));
    expect(rules).not.toContain('compression/ratio');
  });
});
