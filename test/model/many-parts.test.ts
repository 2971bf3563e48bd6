import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { validatePath } from '../../src/model/validate.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { architecture, array, entry, gguf, text, u32 } from './corpus/gguf-builder.ts';
import { safetensors, tensor } from './corpus/safetensors.ts';

// Files with very many small parts: the work of each part has to stay small. A million were measured with the command line by hand.

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parts-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** The verdict, and the rules of what was found. */
async function judge(name: string, content: Buffer) {
  const path = join(root, name);
  writeFileSync(path, content);
  const { verdict, model } = await validatePath(path, {}, silentReporter, AbortSignal.timeout(20_000));
  return { verdict, rules: [...new Set(model.files.flatMap(({ findings }) => findings.map(({ rule }) => rule)))] };
}

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const clean = { verdict: 'clean', rules: [] };

describe('a GGUF model', () => {
  it('with 30,000 metadata entries', async () => {
    const entries = many(30_000, (index) => entry(`llama.k${index}`, 4, u32(index)));
    expect(await judge('m.gguf', gguf({ entries: [architecture, ...entries] }))).toEqual(clean);
  });

  it('with 30,000 tokens', async () => {
    const tokens = array('tokenizer.ggml.tokens', 8, 30_000, Buffer.concat(many(30_000, (index) => text(`t${index}`))));
    expect(await judge('m.gguf', gguf({ entries: [architecture, tokens] }))).toEqual(clean);
  });

  it('with 20,000 tensors that do not lie at whole words', async () => {
    const tensors = many(20_000, (index) => ({ shape: [2], data: Buffer.from(u32(index).toString('hex')) }));
    const entries = [architecture, entry('general.name', 8, text('x'.repeat(33)))];
    expect(await judge('m.gguf', gguf({ entries, tensors }))).toEqual(clean);
  });

  it.each<[string, readonly [number | bigint, number | bigint]]>([
    ['entries', [0, 2n ** 40n]],
    ['tensors', [2n ** 40n, 1]],
    ['a million tensors', [1_000_000, 1]],
  ])('that claims more %s than anybody has', async (_, counts) => {
    expect(await judge('m.gguf', gguf({ counts, tensors: [] }))).toEqual({ verdict: 'unsafe', rules: ['gguf/header'] });
  });
});

describe('a vocabulary of SentencePiece', () => {
  it('with 30,000 pieces', async () => {
    const piece = (index: number) => {
      const word = Buffer.from(`p${index}`);
      const score = Buffer.alloc(4);
      score.writeFloatLE(-index);
      const body = Buffer.concat([Buffer.from([0x0a, word.length]), word, Buffer.from([0x15]), score]);
      return Buffer.concat([Buffer.from([0x0a, body.length + 2]), body, Buffer.from([0x18, 1])]);
    };
    expect(await judge('vocab.model', Buffer.concat(many(30_000, piece)))).toEqual(clean);
  });
});

describe('a safetensors file', () => {
  const header = (count: number) =>
    JSON.stringify(Object.fromEntries(many(count, (index) => [`t${index}`, tensor('U8', [1], index, index + 1)])));

  it('with 20,000 tensors', async () => {
    expect(await judge('m.safetensors', safetensors(header(20_000), 20_000))).toEqual(clean);
  });
});
