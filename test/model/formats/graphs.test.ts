import { linkSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validatePath } from '../../../src/model/validate.ts';
import { silentReporter } from '../../../src/pipeline/reporter.ts';
import { external, withWeight } from '../corpus/onnx-builder.ts';

const real = fileURLToPath(new URL('../fixtures/real/', import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graphs-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function judge(path: string) {
  return validatePath(path, {}, silentReporter, new AbortController().signal);
}

describe('the contract', () => {
  it('of a SavedModel is its signature', async () => {
    expect((await judge(`${real}savedmodel/v1table`)).contract).toEqual({
      source: 'savedmodel',
      inputs: [{ name: 'x', dtype: 'string', shape: [null] }],
      outputs: [{ name: 'y', dtype: 'int64', shape: [null] }],
    });
  });

  it('of a TensorFlow Lite model is that of its first graph', async () => {
    const { contract } = await judge(`${real}tflite/functional.tflite`);
    expect(contract?.inputs.map(({ dtype, shape }) => [dtype, shape])).toEqual([
      ['float32', [null, 4]],
      ['float32', [null, 4]],
    ]);
    expect(contract?.outputs.map(({ shape }) => shape.at(-1)).toSorted()).toEqual([1, 2]);
  });

  it('of a Keras model has its input layers', async () => {
    for (const name of ['ops.keras', 'ops.h5']) {
      const { contract } = await judge(`${real}keras/${name}`);
      expect(contract).toMatchObject({
        source: 'keras',
        inputs: [{ dtype: 'float32', shape: [null, 4] }],
        outputs: [],
      });
    }
  });
});

describe('external data of an ONNX model', () => {
  it('must not have a second name', async () => {
    const root = mkdtempSync(join(folder, 'linked-'));
    writeFileSync(join(root, 'model.onnx'), withWeight(external('w', [4], { location: 'w.bin' })));
    writeFileSync(join(root, 'w.bin'), Buffer.alloc(16, 1));
    expect((await judge(root)).verdict).toBe('clean');
    linkSync(join(root, 'w.bin'), join(folder, 'elsewhere'));
    const { verdict, model } = await judge(root);
    const rules = model.files.flatMap(({ findings }) => findings.map(({ rule }) => rule));
    expect([verdict, rules]).toEqual(['unsafe', ['onnx/external-link']]);
  });
});

describe('a file that is cut off', () => {
  const files = [
    'keras/ops.h5',
    'keras/ops.keras',
    'tflite/dense.tflite',
    'savedmodel/v1table/saved_model.pb',
    'savedmodel/v1table/variables/variables.index',
  ];
  it.each(files)('is not clean: %s', async (name) => {
    const whole = readFileSync(real + name);
    const path = join(folder, basename(name));
    const step = Math.max(1, Math.floor(whole.length / 150));
    for (let length = 1; length < whole.length; length += step) {
      writeFileSync(path, whole.subarray(0, length));
      expect((await judge(path)).verdict, String(length)).not.toBe('clean');
    }
  });
});
