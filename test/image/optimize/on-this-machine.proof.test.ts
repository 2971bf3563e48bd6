import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { optimiseModel } from '../../../src/image/optimize/index.ts';
import { validateStage } from '../../../src/model/stage.ts';
import { silentReporter } from '../../../src/pipeline/reporter.ts';
import type { StageContext } from '../../../src/pipeline/stage.ts';
import { keptPython } from '../../server/venv.ts';
import { project } from '../project.ts';

const execute = promisify(execFile);
const requirements = new URL('../../../src/image/optimize/tool/requirements.txt', import.meta.url).pathname;
const script = new URL('./make_small_models.py', import.meta.url).pathname;

let models: string;
/** One root for all: the packages are installed once. */
let root: string;
/** Lines of programs that ran. */
const lines: string[] = [];

beforeAll(async () => {
  const python = await keptPython({ name: 'optimize', requirements: [requirements], hashed: true });
  models = mkdtempSync(join(tmpdir(), 'mldeploy-models-'));
  root = mkdtempSync(join(tmpdir(), 'mldeploy-here-'));
  await execute(python, [script, models]);
});

afterAll(() => {
  for (const path of [models, root]) rmSync(path, { recursive: true, force: true });
});

const tasks: string[] = [];

async function contextOf(name: string, optimize: string): Promise<StageContext> {
  rmSync(join(root, 'model'), { recursive: true, force: true });
  cpSync(join(models, name), join(root, 'model'), { recursive: true });
  const environment = Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
  const context = project({
    root,
    repository: 'ghcr.io/acme/fraud',
    server: 'type: onnxruntime',
    image: 'builder: oci',
    optimize,
    access: { environment },
    reporter: {
      ...silentReporter,
      task: (title) => {
        tasks.push(title);
        return silentReporter.task(title);
      },
      output: (_, line) => lines.push(line),
    },
  });
  return { ...context, evidence: { validate: await validateStage.run(context) } };
}

async function optimised(context: StageContext, noCache = false) {
  const { validate } = context.evidence;
  if (validate === undefined) throw new Error('it was validated');
  tasks.length = 0;
  return optimiseModel(context, validate, { noCache });
}

it('external data end up inside of the one file that is served, and a second build takes what the first has made', async () => {
  const context = await contextOf('external', 'quantize: int8');
  expect(context.evidence.validate?.outcome).toBe('passed');
  const first = await optimised(context);
  expect(tasks).toEqual(['optimise the ONNX model on this machine']);
  expect(first.served.model.files.map(({ path }) => path)).toEqual(['model.onnx']);
  expect(first.evidence?.steps).toMatchObject([
    { step: 'int8', path: 'model.onnx', message: 'int8 weights in 1 operator' },
    { step: 'drop', path: 'model.data', bytesAfter: 0, message: 'its tensors are inside of the ONNX file now' },
  ]);
  expect(first.comparison).toMatchObject({ questions: 'made-up', bytesBefore: context.evidence.validate?.model.bytes });
  expect(await optimised(context)).toEqual(first);
  expect(tasks).toEqual([]);

  // What was damaged is made again, and what is made without caches is the same in another place.
  const place = first.replaced.get('model.onnx') ?? '';
  const bytes = readFileSync(place);
  truncateSync(place, 100);
  expect((await optimised(context)).evidence).toEqual(first.evidence);
  expect(tasks).toHaveLength(1);
  expect(readFileSync(place).equals(bytes)).toBe(true);
  const flipped = Buffer.from(bytes);
  const middle = Math.floor(flipped.length / 2);
  flipped.writeUInt8((flipped[middle] ?? 0) ^ 1, middle);
  writeFileSync(place, flipped);
  expect((await optimised(context)).evidence).toEqual(first.evidence);
  const fresh = await optimised(context, true);
  expect(fresh.evidence).toEqual(first.evidence);
  expect(fresh.replaced.get('model.onnx')).not.toBe(place);
  expect(readFileSync(fresh.replaced.get('model.onnx') ?? '').equals(bytes)).toBe(true);
  await fresh.close();
  expect(readdirSync(join(root, '.mldeploy/cache/optimize'))).toHaveLength(1);
  expect(readFileSync(place).equals(bytes)).toBe(true);
  expect(readdirSync(join(root, '.mldeploy'))).toEqual(['cache']);
});

it('a file that changed after validate is not read as if it had been validated', async () => {
  const context = await contextOf('plain', 'float16: true');
  cpSync(join(models, 'beyond-float16/model.onnx'), join(root, 'model/model.onnx'));
  await expect(optimised(context)).rejects.toMatchObject({ code: 'build/model-changed' });
  rmSync(join(root, 'model/model.onnx'));
  await expect(optimised(context)).rejects.toMatchObject({ code: 'build/model-changed' });
});

it('a model that cannot be optimised so is an error, and one without weights a note', async () => {
  await expect(optimised(await contextOf('already-float16', 'quantize: int8'))).rejects.toMatchObject({
    code: 'build/optimize-failed',
    kind: 'usage',
    message: expect.stringMatching(
      /^model\.onnx cannot be optimised as optimize asks: ONNX Runtime cannot load the result/,
    ) as string,
  });
  const { evidence, replaced, comparison } = await optimised(await contextOf('no-weights', 'quantize: int8'));
  expect(evidence).toMatchObject({
    steps: [],
    notes: ['int8: its main graph has no matrix product or embedding with weights of its own'],
  });
  expect({ replaced, comparison }).toEqual({ replaced: new Map(), comparison: null });
});

it.each(['plain', 'branches', 'two-inputs'])(
  'float16 of %s passes validate, and keeps inputs and outputs',
  async (name) => {
    const context = await contextOf(name, 'float16: true');
    const { evidence, comparison, served } = await optimised(context);
    expect(evidence).toMatchObject({ steps: [{ step: 'float16', path: 'model.onnx' }], notes: [] });
    expect(comparison?.outputs).toMatchObject([{ name: 'y', within: true }]);
    expect(served.contract).toEqual(context.evidence.validate?.contract);
  },
);

it('float16 whose answers are too far off is refused', async () => {
  await expect(optimised(await contextOf('beyond-float16', 'float16: true'))).rejects.toMatchObject({
    code: 'build/optimize-changed-answers',
    message: expect.stringMatching(/- y: up to .*beyond the tolerance/) as string,
  });
});
