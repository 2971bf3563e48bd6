import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { questionsFor } from '../../../../src/image/optimize/onnx/job.ts';
import { refuseOtherContract } from '../../../../src/image/optimize/onnx/index.ts';
import type { Config } from '../../../../src/config/config.ts';
import type { Contract } from '../../../../src/pipeline/evidence.ts';
import { project } from '../../project.ts';

const contract: Contract = {
  inputs: [{ name: 'x', dtype: 'float32', shape: [null, 4] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: [null] }],
  source: 'onnx',
};

async function asked(
  server: string,
  golden: string | null,
  found = contract,
  declared: Partial<Config['model']> = {},
): Promise<unknown> {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-job-'));
  mkdirSync(join(root, 'model'));
  const request = { name: 'one', body: { inputs: [[1, 2, 3, 4]] }, expect: { outputs: [1] } };
  writeFileSync(join(root, 'golden.json'), JSON.stringify({ requests: [request] }));
  const { config } = project({ root, repository: 'ghcr.io/a/b', server });
  return questionsFor(
    { ...config, smoke: { ...config.smoke, golden }, model: { ...config.model, ...declared } },
    found,
    root,
  );
}

describe('what both models are asked', () => {
  it.each([
    ['type: onnxruntime', 'rows'],
    ['type: fastapi', 'rows'],
    ['type: triton', 'tensors'],
  ])('is the golden requests, whose answers do not count, for {%s}', async (server, form) => {
    expect(await asked(server, 'golden.json')).toEqual({
      form,
      requests: [{ name: 'one', body: { inputs: [[1, 2, 3, 4]] } }],
    });
  });

  it.each([
    ['no golden requests', 'type: onnxruntime', null],
    ['code of the user between request and model', 'type: fastapi, entry: inference.py', 'golden.json'],
  ])('is made up with %s', async (_, server, golden) => {
    expect(await asked(server, golden)).toEqual({
      form: 'made-up',
      seed: 1,
      batches: [1, 1, 8, 32],
      sizes: { x: [null, 4] },
    });
  });

  it('is made up for the inputs of the model that is served', async () => {
    const outputs = [{ name: 'y', dtype: 'float32', shape: [null, 2] }] as const;
    const sizes = { x: [null, 4] };
    expect(await asked('type: onnxruntime', null, contract, { inputs: [], outputs })).toMatchObject({ sizes });
  });
});

describe('the result has the inputs and outputs of the original', () => {
  const model = {
    path: 'model.onnx',
    bytes: 1,
    sha256: '',
    format: 'onnx',
    verdict: 'clean',
    findings: [],
    facts: {},
  } as const;
  const other: Contract = { ...contract, outputs: [{ name: 'z', dtype: 'float32', shape: [null] }] };

  it.each([
    ['other ones', other, /other outputs: z/],
    ['none', null, /nothing tells the inputs and outputs/],
  ])('and not %s', (_, after, message) => {
    expect(() => refuseOtherContract(model, { contract }, { contract: after })).toThrow(message);
    refuseOtherContract(model, { contract }, { contract });
  });
});
