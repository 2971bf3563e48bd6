import { cpSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { validateStage } from '../../../src/model/stage.ts';
import type { ImagePlan } from '../../../src/server/image-plan.ts';
import { onnxruntime } from '../../../src/server/onnxruntime/index.ts';
import { project } from '../../image/project.ts';

const real = new URL('../../model/fixtures/real/', import.meta.url).pathname;

async function planOf(fixtures: readonly string[], resources = ''): Promise<ImagePlan> {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-onnx-'));
  mkdirSync(join(root, 'model'));
  for (const name of fixtures) cpSync(join(real, name), join(root, 'model', basename(name)));
  const context = project({ root, repository: 'ghcr.io/acme/iris', server: 'type: onnxruntime', resources });
  return onnxruntime.imagePlan(context.config, await validateStage.run(context), root);
}

const contractOf = ({ trees }: ImagePlan): unknown => {
  const file = trees.flatMap(({ files }) => files).find(({ path }) => path === 'contract.json');
  return (JSON.parse(file?.content.toString() ?? '{}') as { model?: unknown }).model;
};

const requirementsOf = ({ recipe }: ImagePlan): string[] =>
  recipe.kind === 'base' ? (recipe.packages?.requirements ?? []).map(({ name }) => name) : [];

describe('image plan of onnxruntime', () => {
  it('installs ONNX Runtime for the CPU, and nothing of CUDA', async () => {
    const plan = await planOf(['onnx/skl_KMeans.onnx']);
    expect(requirementsOf(plan)).toEqual(['server.txt', 'onnxruntime.txt']);
    expect(contractOf(plan)).toEqual({ file: 'skl_KMeans.onnx', format: 'onnx', providers: ['cpu'] });
    expect(plan.labels).toMatchObject({ 'dev.ml-deploy.server': 'onnxruntime' });
    expect(JSON.stringify(plan.recipe)).not.toMatch(/nvidia/);
    expect(plan.runtime?.environment).not.toHaveProperty('NVIDIA_DRIVER_CAPABILITIES');
  });

  it('installs it with the CUDA libraries that it was built for when pods have a GPU', async () => {
    const plan = await planOf(['onnx/skl_KMeans.onnx'], 'gpu: {count: 1}');
    expect(requirementsOf(plan)).toEqual(['server.txt', 'onnxruntime-gpu.txt']);
    expect(contractOf(plan)).toMatchObject({ providers: ['cuda', 'cpu'] });
    expect(JSON.stringify(plan.recipe)).toContain('nvidia-cudnn-cu13==');
    expect(plan.runtime?.environment).toMatchObject({ NVIDIA_DRIVER_CAPABILITIES: 'compute,utility' });
    expect(plan.runtime?.environment).not.toHaveProperty('NVIDIA_VISIBLE_DEVICES');
  });

  it.each([
    [['knn.joblib'], /holds none/],
    [['onnx/skl_KMeans.onnx', 'onnx/skl_LogisticRegression.onnx'], /holds 2: skl_KMeans.onnx, skl_Logistic/],
  ])('is refused for %j', async (fixtures, message) => {
    await expect(planOf(fixtures)).rejects.toMatchObject({
      code: 'build/no-loader',
      message: expect.stringMatching(message) as string,
    });
  });
});
