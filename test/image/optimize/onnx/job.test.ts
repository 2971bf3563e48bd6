import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { questionsFor } from '../../../../src/image/optimize/onnx/job.ts';
import type { Contract } from '../../../../src/pipeline/evidence.ts';
import { project } from '../../project.ts';

const contract: Contract = {
  inputs: [{ name: 'x', dtype: 'float32', shape: [null, 4] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: [null] }],
  source: 'onnx',
};

async function asked(server: string, golden: string | null): Promise<unknown> {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-job-'));
  mkdirSync(join(root, 'model'));
  const request = { name: 'one', body: { inputs: [[1, 2, 3, 4]] }, expect: { outputs: [1] } };
  writeFileSync(join(root, 'golden.json'), JSON.stringify({ requests: [request] }));
  const { config } = project({ root, repository: 'ghcr.io/a/b', server });
  return questionsFor({ ...config, smoke: { ...config.smoke, golden } }, contract, root);
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
});
