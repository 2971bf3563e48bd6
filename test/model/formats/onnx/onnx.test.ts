import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validatePath } from '../../../../src/model/validate.ts';
import { silentReporter } from '../../../../src/pipeline/reporter.ts';
import { graph, model, value } from '../../corpus/onnx-builder.ts';

const real = fileURLToPath(new URL('../../fixtures/real/onnx/', import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'onnx-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function judge(path: string) {
  return validatePath(path, {}, silentReporter, new AbortController().signal);
}

async function judgeBytes(content: Buffer) {
  const path = join(folder, 'model.onnx');
  writeFileSync(path, content);
  return judge(path);
}

describe('the contract of an ONNX model', () => {
  it('is read from a scikit-learn classifier', async () => {
    const { contract, model: facts } = await judge(`${real}skl_RandomForestClassifier.onnx`);
    expect(contract).toEqual({
      source: 'onnx',
      inputs: [{ name: 'X', dtype: 'float32', shape: [null, 4] }],
      outputs: [
        { name: 'output_label', dtype: 'int64', shape: [null] },
        { name: 'output_probability', dtype: 'sequence(map(int64,float32))', shape: [] },
      ],
    });
    expect(facts.files[0]?.facts).toMatchObject({ producer: expect.stringContaining('skl2onnx') as string });
  });

  it('leaves weights out that may be overridden', async () => {
    const inputs = [value('x', ['n', 4]), value('w', [4])];
    const { contract } = await judgeBytes(model(graph({ inputs })));
    expect(contract?.inputs.map(({ name }) => name)).toEqual(['x']);
  });
});

describe('an ONNX file', () => {
  it('that stops at any byte is not clean', async () => {
    const whole = readFileSync(`${real}skl_KMeans.onnx`);
    expect((await judgeBytes(whole)).verdict).toBe('clean');
    for (let length = 1; length < whole.length; length++) {
      const { verdict } = await judgeBytes(whole.subarray(0, length));
      // Behind the graph stand the versions of the operators, which every prefix lacks.
      expect(verdict, String(length)).not.toBe('clean');
    }
  });

  it('tells its operators, versions and parameters', async () => {
    const { model: facts } = await judge(`${real}skl_MLPClassifier.onnx`);
    expect(facts.files[0]?.facts).toMatchObject({
      opsets: expect.arrayContaining(['ai.onnx.ml 1']) as string[],
      operators: expect.arrayContaining(['MatMul', 'ai.onnx.ml.ArrayFeatureExtractor']) as string[],
    });
  });
});
