import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { buildkit } from '../../../src/image/builders/buildkit.ts';
import { oci } from '../../../src/image/builders/oci/index.ts';
import { checkOptimize } from '../../../src/image/optimize/check.ts';
import { findPython } from '../../../src/image/optimize/onnx/on-this-machine.ts';
import type { StageContext } from '../../../src/pipeline/stage.ts';
import { project, validated } from '../project.ts';

/** A project whose model files are ONNX, and a folder that is its whole PATH. */
function projectOf(
  files: readonly string[],
  optimize: string,
  golden?: string,
): StageContext & { readonly bin: string } {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-check-'));
  const bin = join(root, 'bin');
  mkdirSync(join(root, 'model'));
  mkdirSync(bin);
  for (const name of files) writeFileSync(join(root, 'model', name), name);
  if (golden !== undefined) writeFileSync(join(root, 'golden.json'), golden);
  const context = project({ root, repository: 'ghcr.io/a/b', optimize, access: { environment: { PATH: bin } } });
  const { model, ...evidence } = validated(root);
  const onnx = model.files.map((file) => ({ ...file, format: file.path.endsWith('.onnx') ? 'onnx' : file.format }));
  const smoke = { ...context.config.smoke, golden: golden === undefined ? null : 'golden.json' };
  return {
    ...context,
    config: { ...context.config, smoke },
    evidence: { validate: { ...evidence, model: { ...model, files: onnx } } },
    bin,
  };
}

function python(bin: string, version: string): void {
  writeFileSync(join(bin, 'python3'), `#!/bin/sh\necho ${version}\n`);
  chmodSync(join(bin, 'python3'), 0o755);
}

it('wants one ONNX file', async () => {
  const two = projectOf(['a.onnx', 'b.onnx'], 'quantize: int8');
  await expect(checkOptimize(two, buildkit)).rejects.toMatchObject({
    code: 'build/optimize-failed',
    message: 'optimize changes one ONNX model, and there are 2: a.onnx, b.onnx',
  });
  await checkOptimize({ ...two, evidence: {} }, buildkit);
  await checkOptimize(projectOf(['a.onnx', 'b.onnx'], 'drop: [training]'), buildkit);
});

it('wants golden requests that can be read', async () => {
  await expect(checkOptimize(projectOf(['a.onnx'], 'float16: true', '{}'), buildkit)).rejects.toMatchObject({
    code: 'smoke/golden',
  });
});

it('wants a Python of this machine when the builder runs nothing, and only then', async () => {
  const context = projectOf(['a.onnx'], 'prune: 0.2');
  await checkOptimize(context, buildkit);
  const missing = { code: 'build/optimize-failed', kind: 'infrastructure' };
  await expect(checkOptimize(context, oci)).rejects.toMatchObject(missing);
  python(context.bin, '3.10');
  await expect(checkOptimize(context, oci)).rejects.toMatchObject(missing);
  python(context.bin, '3.13');
  await checkOptimize(context, oci);
  await checkOptimize(projectOf(['a.txt'], 'float16: true'), oci);
});

it('tells the C library of a Python, which packages must fit', async () => {
  const context = projectOf(['a.onnx'], 'prune: 0.2');
  python(context.bin, '3.13 linux-x86_64 cpython-313-x86_64-linux-musl');
  expect(await findPython(context.access.environment, context.signal)).toEqual({
    command: 'python3',
    version: '3.13',
    abi: 'linux-x86_64 cpython-313-x86_64-linux-musl',
  });
});
