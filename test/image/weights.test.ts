import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { weightLayers } from '../../src/image/weights.ts';
import { digestOf } from '../../src/oci/manifest.ts';
import type { ImagePlan } from '../../src/server/image-plan.ts';

const ownLayer = 64 * 1024 * 1024;

function model(files: Readonly<Record<string, string | Buffer>>): { root: string; weights: ImagePlan['weights'] } {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-weights-'));
  const listed = Object.entries(files).map(([path, content]) => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
    return { path, bytes: Buffer.byteLength(content), sha256: digestOf(content).slice(7) };
  });
  return { root, weights: { path: '/model', files: listed } };
}

describe('weight layers', () => {
  it('are one per large file and one for all others, whatever the order of the evidence', async () => {
    const { root, weights } = model({
      'b/large.bin': Buffer.alloc(ownLayer),
      'config.json': '{}',
      'a.bin': Buffer.alloc(ownLayer, 1),
      'b/vocabulary.txt': 'a b c',
    });
    let read = 0;
    const layers = await weightLayers(weights, root, (bytes) => (read += bytes));
    expect(layers.map(({ title }) => title)).toEqual(['a.bin', 'b/large.bin', '2 files']);
    // Each byte once.
    expect(read).toBe(weights.files.reduce((sum, { bytes }) => sum + bytes, 0));
    const reversed = await weightLayers({ ...weights, files: weights.files.toReversed() }, root, () => undefined);
    expect(reversed.map(({ blob }) => blob.digest)).toEqual(layers.map(({ blob }) => blob.digest));
  });

  it('are made of a model that is a single file', async () => {
    const { root, weights } = model({ 'model.joblib': 'weights' });
    const [layer] = await weightLayers(weights, join(root, 'model.joblib'), () => undefined);
    const [same] = await weightLayers(weights, root, () => undefined);
    expect(layer?.title).toBe('model.joblib');
    expect(layer?.blob.digest).toBe(same?.blob.digest);
  });

  it.each([
    ['another content of the same size', 'other!!'],
    ['another size', 'longer than before'],
  ])('refuse a file with %s', async (_, content) => {
    const { root, weights } = model({ 'model.joblib': 'weights' });
    writeFileSync(join(root, 'model.joblib'), content);
    await expect(weightLayers(weights, root, () => undefined)).rejects.toMatchObject({
      code: 'build/model-changed',
      message: expect.stringContaining('model.joblib') as string,
    });
  });

  it('refuse a file that is gone', async () => {
    const { root, weights } = model({ 'model.joblib': 'weights' });
    const files = [...weights.files, { path: 'gone.bin', bytes: 1, sha256: '' }];
    await expect(weightLayers({ ...weights, files }, root, () => undefined)).rejects.toMatchObject({
      code: 'build/model-changed',
      message: expect.stringContaining('gone.bin') as string,
    });
  });
});
