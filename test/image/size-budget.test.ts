import { expect, it } from 'vitest';

import { checkSize } from '../../src/image/size-budget.ts';
import type { LayerEvidence } from '../../src/pipeline/evidence.ts';

const layer = (kind: LayerEvidence['kind'], bytes: number, title: string): LayerEvidence => ({
  digest: `sha256:${'0'.repeat(64)}`,
  bytes,
  kind,
  title,
});

const layers = [
  layer('base', 30e6, 'base'),
  layer('dependencies', 900e6, '/venv'),
  layer('code', 4e4, '/app'),
  layer('weights', 70e6, 'model.onnx'),
];

it('lists what takes most of an image that is too large', () => {
  expect(() => checkSize('the image', layers, 1000e6, 500e6)).toThrow(
    expect.objectContaining({
      code: 'build/too-large',
      kind: 'model',
      message: expect.stringMatching(
        /allows .*\n {2}900.* \(90 %\): dependencies, \/venv\n.*model\.onnx\n.*base\n.*\/app$/,
      ) as string,
      hint: expect.stringContaining('server.requirements') as string,
    }),
  );
  expect(() => checkSize('the image', layers, 1000e6, 1000e6)).not.toThrow();
  expect(() => checkSize('the image', layers, 1000e6, null)).not.toThrow();
});
