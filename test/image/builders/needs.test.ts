import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { needsOf } from '../../../src/image/builders/needs.ts';
import { buildStage } from '../../../src/image/stage.ts';
import { project } from '../project.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mldeploy-needs-'));
  mkdirSync(join(root, 'model'));
  writeFileSync(join(root, 'model/model.joblib'), 'the weights');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('what a builder needs', () => {
  it.each([
    ['type: fastapi', '', { dockerfile: false, packages: true, layoutBase: false }],
    ['type: onnxruntime', 'base: "oci-layout:base:slim"', { dockerfile: false, packages: true, layoutBase: true }],
    ['type: vllm', 'base: "oci-layout:base"', { dockerfile: false, packages: false, layoutBase: true }],
    ['type: triton', '', { dockerfile: false, packages: false, layoutBase: false }],
    ['type: custom', '', { dockerfile: true, packages: false, layoutBase: false }],
  ])('%s, %s', (server, image, needs) => {
    const { config } = project({
      root,
      repository: 'registry.example/iris',
      server,
      ...(image === '' ? {} : { image }),
    });
    expect(needsOf(config)).toEqual(needs);
  });

  it.each(['fastapi', 'tf-serving', 'triton', 'torchserve', 'vllm'])(
    'the base of %s is looked for before anything is built',
    async (type) => {
      const context = project({
        root,
        repository: 'registry.example/iris',
        server: `type: ${type}`,
        image: 'builder: oci, base: "oci-layout:nowhere"',
      });
      await expect(buildStage.preflight({ ...context, evidence: {} })).rejects.toMatchObject({
        message: expect.stringContaining('nowhere') as string,
      });
    },
  );
});
