import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { copyModel } from '../../../../src/image/optimize/onnx/run.ts';
import type { FileEvidence } from '../../../../src/pipeline/evidence.ts';

let root: string;
let model: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mldeploy-copy-'));
  model = join(root, 'model');
  mkdirSync(join(model, 'part'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function validated(path: string, content: string): FileEvidence {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { path, bytes: Buffer.byteLength(content), sha256, format: 'onnx', facts: {} } as FileEvidence;
}

it('copies what was validated', async () => {
  const large = 'x'.repeat(2 * 1024 * 1024 + 7);
  writeFileSync(join(model, 'part', 'a.onnx'), large);
  symlinkSync('part/a.onnx', join(model, 'link.onnx'));
  await copyModel([validated('part/a.onnx', large), validated('link.onnx', large)], model, join(root, 'copy'));
  expect(readFileSync(join(root, 'copy', 'part', 'a.onnx'), 'utf8')).toBe(large);
  expect(readFileSync(join(root, 'copy', 'link.onnx'), 'utf8')).toBe(large);
  await copyModel([validated('a.onnx', large)], join(model, 'part', 'a.onnx'), join(root, 'single'));
  expect(readFileSync(join(root, 'single', 'a.onnx'), 'utf8')).toBe(large);
});

it('refuses another content, and a link that leads out of the model', async () => {
  const changed = { code: 'build/model-changed', kind: 'inconclusive' };
  const file = validated('a.onnx', 'before');
  writeFileSync(join(model, 'a.onnx'), 'behind');
  await expect(copyModel([file], model, join(root, 'copy'))).rejects.toMatchObject(changed);
  rmSync(join(model, 'a.onnx'));
  writeFileSync(join(root, 'outside'), 'before');
  symlinkSync('../outside', join(model, 'a.onnx'));
  await expect(copyModel([file], model, join(root, 'other'))).rejects.toMatchObject(changed);
  expect(existsSync(join(root, 'other', 'a.onnx'))).toBe(false);
});
