import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Job, Questions } from '../../../src/image/optimize/onnx/job.ts';
import { parseOutcome, type Outcome } from '../../../src/image/optimize/onnx/outcome.ts';
import { keptPython } from '../../server/venv.ts';

const execute = promisify(execFile);
const tool = new URL('../../../src/image/optimize/tool/', import.meta.url).pathname;
const script = new URL('./make_small_models.py', import.meta.url).pathname;

let python: string;
let models: string;
const folders: string[] = [];

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'mldeploy-tool-'));
  folders.push(path);
  return path;
}

beforeAll(async () => {
  python = await keptPython({ name: 'optimize', requirements: [join(tool, 'requirements.txt')], hashed: true });
  models = folder();
  await execute(python, [script, models]);
});

afterAll(() => {
  for (const path of folders) rmSync(path, { recursive: true, force: true });
});

const nothing: Job['steps'] = { prune: null, float16: false, quantize: null };
const int8: Job['steps'] = { ...nothing, quantize: 'int8' };
const half: Job['steps'] = { ...nothing, float16: true };
const madeUp = (sizes: Extract<Questions, { form: 'made-up' }>['sizes'] = {}): Questions => {
  return { form: 'made-up', seed: 1, batches: [1, 8], sizes };
};
const golden = (form: 'rows' | 'tensors', inputs: unknown): Questions => {
  return { form, requests: [{ name: 'one', body: { inputs } }] };
};

interface Ran extends Outcome {
  /** Null: there is none. */
  readonly model: Buffer | null;
  readonly bytesBefore: number;
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

async function ran(name: string, steps: Job['steps'], questions = madeUp(), seed = '0', changed = false): Promise<Ran> {
  const place = folder();
  const source = join(place, 'job', 'model');
  const out = join(place, 'out');
  mkdirSync(out);
  cpSync(join(models, name), source, { recursive: true });
  const names = readdirSync(source);
  const files = Object.fromEntries(names.map((name) => [name, changed ? '0'.repeat(64) : sha256(join(source, name))]));
  const job: Job = { files, model: 'model.onnx', steps, threads: 1, questions };
  writeFileSync(join(place, 'job', 'job.json'), JSON.stringify(job));
  await execute(python, ['-B', tool, join(place, 'job'), out], { env: { PYTHONHASHSEED: seed } });
  const written = join(out, 'model.onnx');
  return {
    ...parseOutcome(readFileSync(join(out, 'report.json'), 'utf8')),
    model: existsSync(written) ? readFileSync(written) : null,
    bytesBefore: names.reduce((sum, file) => sum + readFileSync(join(source, file)).length, 0),
  };
}

it('nothing is parsed of files that are not the expected ones', async () => {
  const { model, problem, steps } = await ran('plain', int8, madeUp(), '0', true);
  expect({ model, problem, steps }).toEqual({
    model: null,
    problem: 'its files are not those that were validated',
    steps: [],
  });
});

it('a disk that takes no more is no problem of the model', async () => {
  const place = folder();
  mkdirSync(join(place, 'out'));
  cpSync(join(models, 'plain'), join(place, 'job', 'model'), { recursive: true });
  const files = { 'model.onnx': sha256(join(place, 'job', 'model', 'model.onnx')) };
  const job: Job = { files, model: 'model.onnx', steps: int8, threads: 1, questions: madeUp() };
  writeFileSync(join(place, 'job', 'job.json'), JSON.stringify(job));
  const line = `ulimit -f 1; exec "$0" -B "$1" "$2" "$3"`;
  const run = execute('sh', ['-c', line, python, tool, join(place, 'job'), join(place, 'out')]);
  await expect(run).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('File too large') as string });
  expect(existsSync(join(place, 'out', 'report.json'))).toBe(false);
});

describe('a step', () => {
  it.each([
    ['plain', int8, 0.3],
    ['plain', half, 0.52],
    ['external', int8, 0.3],
    ['external', half, 0.52],
  ])('on %s makes one small file, with the same bytes whatever the seed of hashes', async (name, steps, most) => {
    const { model, bytesBefore, problem, comparison } = await ran(name, steps);
    expect(problem).toBeNull();
    expect(comparison).toMatchObject({ calls: 2, outputs: [{ name: 'y', kind: 'numbers', items: 360, unlike: 0 }] });
    expect(model?.length).toBeLessThan(most * bytesBefore);
    expect((await ran(name, steps, madeUp(), '77')).model?.equals(model ?? Buffer.alloc(0))).toBe(true);
  });

  it('prunes the smallest weights of a matrix, before others', async () => {
    const { steps, comparison, model } = await ran('plain', { ...int8, prune: 0.5 });
    expect(steps).toMatchObject([
      { step: 'prune', changed: true, message: '12000 of 24000 weights in 1 tensor are zero' },
      { step: 'int8', changed: true, message: 'int8 weights in 1 operator' },
    ]);
    const [output] = comparison?.outputs ?? [];
    expect(output?.kind === 'numbers' && output.largest > 0.1).toBe(true);
    expect(model).not.toBeNull();
  });

  it('quantizes embeddings', async () => {
    const { steps, model, bytesBefore } = await ran('tokens', int8, madeUp({ ids: [null, 7] }));
    expect(steps).toMatchObject([{ message: 'int8 weights in 2 operators' }]);
    expect(model?.length).toBeLessThan(0.3 * bytesBefore);
  });

  it('tells how many values float16 does not hold', async () => {
    const { steps, comparison } = await ran('beyond-float16', half);
    expect(steps[0]?.message).toMatch(
      /1 of 1 float32 tensors became float16; \d+ values beyond its range became ±65504/,
    );
    const [output] = comparison?.outputs ?? [];
    expect(output?.kind === 'numbers' && output.largest > 0.05 * output.scale).toBe(true);
  });

  it.each([
    ['no-weights', int8, 'its main graph has no matrix product or embedding with weights of its own'],
    ['no-weights', half, 'it has no float32 weights'],
    ['no-weights', { ...nothing, prune: 0.5 }, 'no initializer of the main graph is a matrix of floats'],
    ['already-float16', half, 'it has no float32 weights'],
  ])('finds nothing in %s and writes nothing', async (name, steps, message) => {
    const outcome = await ran(name, steps);
    expect(outcome).toMatchObject({
      steps: [{ changed: false, message }],
      comparison: null,
      problem: null,
      model: null,
    });
  });
});

describe('questions', () => {
  it('are golden rows: objects for several inputs, cut and filled up for a fixed batch', async () => {
    const two = await ran(
      'two-inputs',
      int8,
      golden('rows', [
        { a: [1, 2, 3, 4], b: [0, 1] },
        { a: [0, 0, 1, 1], b: [2, 2] },
      ]),
    );
    expect(two.comparison).toMatchObject({ calls: 1, outputs: [{ items: 4 }] });
    const three = [
      [1, 2, 3, 4],
      [4, 3, 2, 1],
      [0, 1, 0, 1],
    ];
    const fixed = await ran('fixed-batch', int8, golden('rows', three));
    expect(fixed.comparison).toMatchObject({ calls: 2, outputs: [{ items: 16 }] });
  });

  it('are golden tensors of Open Inference v2', async () => {
    const tensors = [
      { name: 'b', shape: [1, 2], datatype: 'FP32', data: [1, 2] },
      { name: 'a', shape: [1, 4], datatype: 'FP32', data: [1, 2, 3, 4] },
    ];
    expect((await ran('two-inputs', int8, golden('tensors', tensors))).comparison).toMatchObject({ calls: 1 });
  });

  it.each([
    ['tokens', madeUp(), /^the input ids may have any size in dimension 1, .* \(smoke\.golden\).* model\.inputs$/],
    ['plain', golden('rows', 'text'), /^the golden request one has no rows in `inputs`$/],
    ['plain', golden('rows', [['a']]), /^the golden request one does not fit the model's inputs: ValueError/],
    ['plain', golden('rows', [[1, 2]]), /^the original cannot answer: .*Expected: 600/],
    [
      'two-inputs',
      golden('rows', [{ a: [1, 2, 3, 4] }]),
      /^the golden request one does not fit the model's inputs: KeyError\('b'\)$/,
    ],
    [
      'two-inputs',
      golden('tensors', [{ name: 'a' }]),
      /^the golden request one does not fit the model's inputs: KeyError/,
    ],
  ])('that %s cannot be asked are a problem in words', async (name, questions, words) => {
    const { problem, model, comparison } = await ran(name, int8, questions);
    expect(problem).toMatch(words);
    expect({ model, comparison }).toEqual({ model: null, comparison: null });
  });
});

describe('answers', () => {
  it('count where only one of both is finite', async () => {
    const rows = Array.from({ length: 40 }, (_, row) =>
      Array.from({ length: 600 }, (__, at) => Math.sin(row * 7 + at)),
    );
    const { comparison } = await ran('not-finite', { ...nothing, prune: 0.9 }, golden('rows', rows));
    expect(comparison?.outputs[0]?.unlike).toBeGreaterThan(0);
  });

  it('of a model that ONNX Runtime cannot load are a problem in words', async () => {
    const { problem, model } = await ran('already-float16', int8);
    expect(problem).toMatch(/^ONNX Runtime cannot load the result: .*DynamicQuantizeLinear/);
    expect(model).toBeNull();
  });
});
