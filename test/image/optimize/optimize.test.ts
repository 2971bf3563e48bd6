import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { optimiseModel } from '../../../src/image/optimize/index.ts';
import { weightLayers } from '../../../src/image/weights.ts';
import { validateStage } from '../../../src/model/stage.ts';
import type { StageContext } from '../../../src/pipeline/stage.ts';
import { project } from '../../image/project.ts';

function shard(name: string, value: number): Buffer {
  const text = Buffer.from(JSON.stringify({ [name]: { dtype: 'F32', shape: [4], data_offsets: [0, 16] } }));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(text.length));
  const data = Buffer.alloc(16);
  for (let at = 0; at < 16; at += 4) data.writeUInt32LE(value, at);
  return Buffer.concat([head, text, data]);
}

const index = (total: number): string =>
  JSON.stringify({
    metadata: { total_size: total },
    weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' },
  });

const twoShards = (second = 0x40000000): Readonly<Record<string, string | Buffer>> => ({
  'config.json': '{"torch_dtype": "float32"}',
  'model-00001-of-00002.safetensors': shard('a', 0x3f800000),
  'model-00002-of-00002.safetensors': shard('b', second),
  'model.safetensors.index.json': index(32),
});

/** A project and its real evidence. */
async function contextOf(files: Readonly<Record<string, string | Buffer>>, optimize: string, server?: string) {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-optimize-'));
  mkdirSync(join(root, 'model'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, 'model', name), content);
  const context: StageContext = project({
    root,
    repository: 'ghcr.io/acme/iris',
    optimize,
    ...(server === undefined ? {} : { server }),
  });
  return { root, context, validated: await validateStage.run(context) };
}

const names = (files: readonly { readonly path: string }[]): string[] => files.map(({ path }) => path).sort();

describe('bf16', () => {
  it('halves every shard, follows in the index, and is what goes into the layers', async () => {
    const { root, context, validated } = await contextOf(twoShards(), 'bf16: true');
    const { served, replaced, evidence } = await optimiseModel(context, validated);
    expect(served.model.digest).toBe(validated.model.digest);
    expect(evidence).toMatchObject({ bytesBefore: validated.model.bytes, bytesAfter: served.model.bytes, notes: [] });
    expect(evidence?.modelDigest).toMatch(/^sha256:/);
    expect(evidence?.modelDigest).not.toBe(validated.model.digest);
    expect(names(evidence?.steps ?? [])).toEqual([
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
      'model.safetensors.index.json',
    ]);
    expect(readFileSync(replaced.get('model.safetensors.index.json') ?? '', 'utf8')).toBe(index(16));
    for (const file of served.model.files) {
      const place = replaced.get(file.path) ?? join(root, 'model', file.path);
      expect(createHash('sha256').update(readFileSync(place)).digest('hex')).toBe(file.sha256);
    }
    // What is told about the files is true of those that are served.
    for (const { path, facts } of served.model.files.filter(({ format }) => format === 'safetensors')) {
      const headerBytes = Number(readFileSync(replaced.get(path) ?? '').readBigUInt64LE());
      expect(facts).toMatchObject({ dtypes: ['BF16'], parameters: 4, headerBytes });
    }
    const layers = await weightLayers({
      weights: { path: '/model', files: served.model.files },
      modelRoot: join(root, 'model'),
      replaced,
      store: null,
      made: new Map(),
      onRead: () => undefined,
    });
    expect(layers).toHaveLength(1);
    // And the result is a model that validates, with the same contract of sizes.
    for (const [path, place] of replaced) writeFileSync(join(root, 'model', path), readFileSync(place));
    expect((await validateStage.run(context)).outcome).toBe('passed');
  });

  it('is made anew by each build, whatever lies there, and removed at the end', async () => {
    const { root, context, validated } = await contextOf(twoShards(), 'bf16: true');
    const first = await optimiseModel(context, validated);
    // What somebody puts into the place of the result is nobody's next result.
    for (const place of first.replaced.values()) writeFileSync(place, 'forged');
    const second = await optimiseModel(context, validated);
    expect(second.evidence).toEqual(first.evidence);
    expect([...second.replaced.values()].map((place) => readFileSync(place, 'utf8'))).not.toContain('forged');
    await first.close();
    await second.close();
    expect(readdirSync(join(root, '.mldeploy'))).toEqual([]);
  });

  it('is written by two builds at once without harm', async () => {
    const { context, validated } = await contextOf(twoShards(), 'bf16: true');
    const [one, two] = await Promise.all([1, 2].map(() => optimiseModel(context, validated)));
    expect(two?.evidence).toEqual(one?.evidence);
    for (const [path, place] of one?.replaced ?? []) {
      const file = one?.served.model.files.find((each) => each.path === path);
      expect(createHash('sha256').update(readFileSync(place)).digest('hex')).toBe(file?.sha256);
    }
  });

  it('is all or nothing, and says why', async () => {
    const { context, validated } = await contextOf(twoShards(0x3f800001), 'bf16: true');
    const { served, replaced, evidence } = await optimiseModel(context, validated);
    expect(served.model).toEqual(validated.model);
    expect(replaced.size).toBe(0);
    expect(evidence).toMatchObject({
      modelDigest: validated.model.digest,
      steps: [],
      notes: [expect.stringContaining('element 0 of "b" is no bfloat16') as string],
    });
  });

  it('finds out that a file is not the one that was validated', async () => {
    const { root, context, validated } = await contextOf(twoShards(), 'bf16: true');
    writeFileSync(join(root, 'model/model-00001-of-00002.safetensors'), shard('a', 0x3f900000));
    await expect(optimiseModel(context, validated)).rejects.toMatchObject({ code: 'build/model-changed' });
  });

  it.each([
    ['cut in its data', 'model-00002-of-00002.safetensors', (path: string) => truncateSync(path, 70)],
    ['cut in its header', 'model-00002-of-00002.safetensors', (path: string) => truncateSync(path, 20)],
    ['no safetensors file', 'model-00002-of-00002.safetensors', (path: string) => writeFileSync(path, 'x'.repeat(99))],
    ['gone', 'model-00002-of-00002.safetensors', (path: string) => rmSync(path)],
    ['gone', 'model.safetensors.index.json', (path: string) => rmSync(path)],
  ])('says that a file is not the one that was validated when it is %s: %s', async (_, name, change) => {
    const { root, context, validated } = await contextOf(twoShards(), 'bf16: true');
    change(join(root, 'model', name));
    await expect(optimiseModel(context, validated)).rejects.toMatchObject({
      code: 'build/model-changed',
      message: expect.stringContaining(name) as string,
    });
    expect(readdirSync(join(root, '.mldeploy'))).toEqual([]);
  });
});

describe('float16', () => {
  it('writes every shard as float16, beside what bf16 has written', async () => {
    const { root, context, validated } = await contextOf(twoShards(0x3f800001), 'float16: true');
    const { served, replaced, evidence, comparison } = await optimiseModel(context, validated);
    expect(comparison).toBeNull();
    expect(evidence?.steps).toMatchObject([
      {
        step: 'float16',
        path: 'model-00001-of-00002.safetensors',
        message: expect.stringContaining('rounded') as string,
      },
      { step: 'float16', path: 'model-00002-of-00002.safetensors' },
      { step: 'float16', path: 'model.safetensors.index.json', message: 'total_size follows' },
    ]);
    expect(served.model.files[1]?.facts).toMatchObject({ dtypes: ['F16'], parameters: 4 });
    for (const [path, place] of replaced) writeFileSync(join(root, 'model', path), readFileSync(place));
    expect((await validateStage.run(context)).outcome).toBe('passed');
  });

  it('is refused for a number beyond its range', async () => {
    const { context, validated } = await contextOf(twoShards(0x477ff000), 'float16: true');
    await expect(optimiseModel(context, validated)).rejects.toMatchObject({
      code: 'build/optimize-failed',
      message:
        'model-00002-of-00002.safetensors cannot be written as float16: element 0 of "b" is beyond its range of ±65504',
    });
  });
});

describe('what there is nothing for', () => {
  it('is told', async () => {
    const { context, validated } = await contextOf(twoShards(), 'quantize: int8, prune: 0.5');
    const { evidence, replaced } = await optimiseModel(context, validated);
    expect(evidence).toMatchObject({ steps: [], notes: ['quantize and prune: the model has no ONNX file'] });
    expect(replaced.size).toBe(0);
    const text = await contextOf({ 'a.txt': 'text' }, 'float16: true');
    expect((await optimiseModel(text.context, text.validated)).evidence?.notes).toEqual([
      'float16: the model has no ONNX file, and no safetensors file holds float32',
    ]);
  });
});

describe('drop', () => {
  const files = {
    'model.safetensors': shard('a', 0x3f800000),
    'pytorch_model.bin': 'x',
    'pytorch_model.bin.index.json': '{}',
    'tf_model.h5': 'x',
    'model.onnx': 'x',
    'optimizer.pt': 'x',
    'training_args.bin': 'x',
    'config.json': '{}',
  };

  it.each([
    ['drop: [training]', undefined, ['optimizer.pt', 'training_args.bin']],
    [
      'drop: [duplicates]',
      'entry: a.py',
      ['model.onnx', 'pytorch_model.bin', 'pytorch_model.bin.index.json', 'tf_model.h5'],
    ],
    // What the server loads is kept.
    [
      'drop: [duplicates]',
      'type: onnxruntime',
      ['model.safetensors', 'pytorch_model.bin', 'pytorch_model.bin.index.json', 'tf_model.h5'],
    ],
  ])('%s with server {%s}', async (optimize, server, gone) => {
    const { context, validated } = await contextOf(files, optimize, server);
    const { served, evidence } = await optimiseModel(context, validated);
    expect(names(evidence?.steps ?? [])).toEqual(gone);
    expect(names(served.model.files)).toEqual(
      Object.keys(files)
        .filter((name) => !gone.includes(name))
        .sort(),
    );
  });

  it('does nothing that was not asked for', async () => {
    const { context, validated } = await contextOf(files, '');
    expect(await optimiseModel(context, validated)).toEqual({
      served: validated,
      replaced: new Map(),
      evidence: null,
      comparison: null,
      close: expect.any(Function) as unknown,
    });
    rmSync(context.access.root, { recursive: true });
  });
});
