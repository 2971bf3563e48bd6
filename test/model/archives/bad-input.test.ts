import { describe, expect, it } from 'vitest';
import type { CorpusCase } from '../corpus/case.ts';
import { compressedCases } from '../corpus/compressed.ts';
import { numpyCases } from '../corpus/numpy.ts';
import { skopsCases } from '../corpus/skops.ts';
import { tarCases } from '../corpus/tar.ts';
import { torchCases } from '../corpus/torch.ts';
import { zipCases } from '../corpus/zip.ts';
import { judgeContent } from './judge-content.ts';

const families = [zipCases, torchCases, numpyCases, skopsCases, tarCases, compressedCases];

/** Cases of one small file, with its name and content. */
function small(cases: readonly CorpusCase[], wanted: (each: CorpusCase) => boolean): [string, string, Buffer][] {
  return cases.filter(wanted).flatMap(({ name, files }) => {
    const [[file, content] = ['', '']] = Object.entries(files);
    const plain = Buffer.isBuffer(content) && content.length < 20_000;
    return plain ? [[name, file, content] as [string, string, Buffer]] : [];
  });
}

describe('containers in pieces', () => {
  const all = families.flatMap((cases) => small(cases, () => true));
  it.each(all)('%s', async (_, file, content) => {
    const whole = await judgeContent(file, content);
    const pieces = await judgeContent(file, content, 7);
    expect(pieces.verdict).toBe(whole.verdict);
    // How much zlib makes of data that is cut off depends on the pieces.
    if (!whole.rules.includes('compression/corrupt')) expect(new Set(pieces.rules)).toEqual(new Set(whole.rules));
    // Without random access an archive is held in memory and judged the same.
    expect((await judgeContent(file, content, 501, false)).verdict).toBe(whole.verdict);
  });
});

describe('containers that are cut off', () => {
  const benign = families.flatMap((cases) => small(cases, ({ nature }) => nature === 'benign').slice(0, 3));
  it.each(benign)('%s is never clean when any of its last bytes is missing', async (_, file, content) => {
    const clean: number[] = [];
    // Every length near both ends, and a sample in between.
    for (let length = 1; length < content.length; length += length < 300 || content.length - length < 300 ? 1 : 13) {
      if ((await judgeContent(file, content.subarray(0, length))).verdict === 'clean') clean.push(length);
    }
    // What is left of a tar archive after its end marks is padding.
    expect(clean.filter((length) => !(file.endsWith('.tar') && length >= content.length - 512))).toEqual([]);
  });
});

describe('containers with a wrong byte', () => {
  const attacks = families.flatMap((cases) =>
    small(cases, ({ expect: { rules } }) => rules.includes('pickle/dangerous-call')).slice(0, 4),
  );
  it.each(attacks)('%s ends with a verdict, whatever byte is changed', async (_, file, content) => {
    let seed = 12_345;
    for (let round = 0; round < 150; round++) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      const changed = Buffer.from(content);
      changed[seed % content.length] = (seed >>> 20) & 0xff;
      expect(['clean', 'inconclusive', 'unsafe']).toContain((await judgeContent(file, changed)).verdict);
    }
  });
});
