import { describe, expect, it } from 'vitest';

import { describeLayers } from '../../src/image/layers.ts';
import { appendLayers } from '../../src/oci/append.ts';
import { digestOf, mediaTypes, type ImageConfigFile, type Manifest } from '../../src/oci/manifest.ts';

const config: ImageConfigFile = {
  os: 'linux',
  architecture: 'amd64',
  created: '2026-01-01T00:00:00Z',
  config: { User: '10001:10001', Env: ['A=b'] },
  rootfs: { type: 'layers', diff_ids: ['sha256:base', 'sha256:venv', 'sha256:app'] },
  history: [
    { created_by: 'base' },
    { created_by: 'ENV A=b', empty_layer: true },
    { created_by: 'COPY /venv /venv # buildkit' },
    { created_by: 'COPY /app /app # buildkit' },
  ],
};
const layer = (digest: string): { mediaType: string; digest: string; size: number } => ({
  mediaType: mediaTypes.layer,
  digest,
  size: 10,
});
const manifest: Manifest = {
  schemaVersion: 2,
  mediaType: mediaTypes.manifest,
  config: { mediaType: mediaTypes.config, digest: 'sha256:old', size: 1 },
  layers: [layer('sha256:b'), layer('sha256:v'), layer('sha256:a')],
};
const weights = {
  digest: 'sha256:w',
  size: 99,
  title: 'model.joblib',
  createdBy: 'ml-deploy: model files (model.joblib)',
};

describe('appending layers', () => {
  it('adds to manifest, diff ids and history, keeps the rest, and names all by what it wrote', () => {
    const written = appendLayers({ manifest, config }, { layers: [weights], created: '1970-01-01T00:00:00.000Z' });
    expect(written.config).toMatchObject({ config: config.config, created: '1970-01-01T00:00:00.000Z' });
    expect(written.config.rootfs.diff_ids).toEqual([...config.rootfs.diff_ids, 'sha256:w']);
    expect(written.config.history?.at(-1)?.created_by).toBe('ml-deploy: model files (model.joblib)');
    expect(written.manifest.layers.at(-1)).toEqual({
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      digest: 'sha256:w',
      size: 99,
      annotations: { 'org.opencontainers.image.title': 'model.joblib' },
    });
    expect(written.manifest.config.digest).toBe(digestOf(written.configBytes));
    expect(written.digest).toBe(digestOf(written.manifestBytes));
    expect(JSON.parse(written.manifestBytes.toString())).toEqual(written.manifest);
    expect(appendLayers({ manifest, config }, { layers: [weights], created: '1970-01-01T00:00:00.000Z' }).digest).toBe(
      written.digest,
    );
    // What was there is not changed in place.
    expect(manifest.layers).toHaveLength(3);
  });

  it('lets the layers be told apart afterwards', () => {
    const written = appendLayers({ manifest, config }, { layers: [weights], created: '1970-01-01T00:00:00.000Z' });
    const packages = { folder: '/venv', requirements: [], precompile: [] };
    const recipe = { kind: 'base', base: 'python:3.12-slim', packages } as const;
    const own = [
      { kind: 'code', title: '/app' },
      { kind: 'weights', title: 'model.joblib' },
    ] as const;
    const described = describeLayers(written.manifest.layers, recipe, own);
    expect(described.map(({ kind, title }) => `${kind} ${title}`)).toEqual([
      'base python:3.12-slim',
      'dependencies /venv',
      'code /app',
      'weights model.joblib',
    ]);
  });

  it("replaces the settings that are given, and keeps the image's others", () => {
    const additions = { layers: [], created: '1970-01-01T00:00:00.000Z', settings: { User: '1:1' } };
    expect(appendLayers({ manifest, config }, additions).config.config).toEqual({ User: '1:1', Env: ['A=b'] });
  });
});
