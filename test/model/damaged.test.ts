import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/model/budget.ts';
import { Findings } from '../../src/model/findings.ts';
import { headOf } from '../../src/model/formats/format.ts';
import { recognise } from '../../src/model/formats/index.ts';
import { defaultPolicy } from '../../src/model/policy.ts';
import { BufferSource } from '../../src/model/source.ts';
import { xgboost } from '../../src/model/formats/xgboost.ts';
import { catboost } from '../../src/model/formats/catboost.ts';
import { gguf } from '../../src/model/formats/gguf.ts';
import { lightgbm } from '../../src/model/formats/lightgbm.ts';
import { safetensors } from '../../src/model/formats/safetensors.ts';
import { sentencepiece } from '../../src/model/formats/sentencepiece.ts';
import type { Format } from '../../src/model/formats/format.ts';
import { weights } from './corpus/hugging-face.ts';

/** What a format says of bytes, in chunks of this size. */
async function judge(format: Format, content: Buffer, chunk = 997) {
  const findings = new Findings();
  const head = headOf('model', content, content.length);
  const context = { head, findings, policy: defaultPolicy, source: new BufferSource(content) };
  const inspector = await format.inspect({ ...context, budget: new Budget(content.length), recognise });
  for (let at = 0; at < content.length; at += chunk)
    await inspector.write(Buffer.from(content.subarray(at, at + chunk)));
  await inspector.end();
  return findings;
}

function real(path: string): Buffer {
  return readFileSync(new URL(`fixtures/real/${path}`, import.meta.url));
}

/** A random number generator that gives the same numbers every time. */
function randomly(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const files: readonly (readonly [name: string, format: Format, content: Buffer, whole: (length: number) => boolean])[] =
  [
    ['safetensors', safetensors, weights(['a', 'b']), () => false],
    ['xgboost', xgboost, real('trees/xgboost-binary.ubj'), () => false],
    ['catboost', catboost, real('trees/catboost-categories.cbm'), () => false],
    // The padding behind the last tensor, or behind the table, may be missing.
    ['gguf', gguf, real('gguf/q4_0.gguf'), (length) => length >= 1536 - 20],
    ['gguf without tensors', gguf, real('gguf/vocabulary.gguf'), (length) => length > 832 - 32],
    [
      'lightgbm',
      lightgbm,
      real('trees/lightgbm-categories.txt'),
      (length) => {
        const text = real('trees/lightgbm-categories.txt').toString();
        // Without the last line it is a model that was not trained on a data frame.
        const [end, last] = [text.indexOf('end of parameters') + 17, text.indexOf('pandas_categorical:')];
        return (length >= end && length <= last) || length >= text.trimEnd().length;
      },
    ],
    // A vocabulary that ends behind a piece is one of fewer pieces.
    ['sentencepiece', sentencepiece, real('tokenizers/unigram.model'), () => true],
  ];

describe('damaged files', () => {
  it.each(files)('%s: cut off anywhere', async (_, format, content, whole) => {
    expect((await judge(format, content)).verdict).toBe('clean');
    const step = content.length > 4000 ? 13 : 1;
    for (let length = content.length - 1; length > 0; length -= step) {
      const findings = await judge(format, content.subarray(0, length));
      if (!whole(length)) expect([length, findings.verdict]).not.toEqual([length, 'clean']);
    }
  });

  it.each(files)('%s: with wrong bytes anywhere, in chunks of any size', async (_, format, content) => {
    const random = randomly(content.length);
    for (let round = 0; round < 400; round++) {
      const damaged = Buffer.from(content);
      for (let count = 1 + random(4); count > 0; count--) {
        damaged[random(damaged.length)] = [0, 1, 0x7f, 0x80, 0xff, random(256)][random(6)] ?? 0;
      }
      const one = await judge(format, damaged);
      const other = await judge(format, damaged, 1 + random(64));
      expect(other.list()).toEqual(one.list());
    }
  });
});
