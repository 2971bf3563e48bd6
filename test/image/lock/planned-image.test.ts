import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { renderLock } from '../../../src/image/lock/document.ts';
import { checkLock } from '../../../src/image/lock/index.ts';
import { lockInputs } from '../../../src/image/lock/inputs.ts';
import { plannedImage } from '../../../src/image/planned-image.ts';
import type { StageContext } from '../../../src/pipeline/stage.ts';
import { project, validated } from '../project.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mldeploy-planned-'));
  mkdirSync(join(root, 'model'));
  writeFileSync(join(root, 'model/model.joblib'), 'the weights');
  writeFileSync(join(root, 'model/optimizer.pkl'), 'what training leaves behind');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A model of two files that the server could load, as long as none is left out. */
function contextOf(optimize: string): StageContext {
  const context = project({ root, repository: 'registry.example/iris', optimize });
  const validate = validated(root);
  const files = validate.model.files.map((file) => ({ ...file, format: 'joblib' }));
  return { ...context, evidence: { validate: { ...validate, model: { ...validate.model, files } } } };
}

it('the lock is checked against the model as it goes into the image', async () => {
  const context = contextOf('drop: [training]');
  const { config, evidence } = context;
  if (evidence.validate === undefined) throw new Error('it was validated');
  const inputs = lockInputs(await plannedImage(config, evidence.validate, root), config.server.type);
  if (inputs === null) throw new Error('it has a base');
  const image = { environments: ['default'], inputs, base: `sha256:${'b'.repeat(64)}`, python: null, packages: {} };
  writeFileSync(join(root, 'mldeploy.lock'), renderLock({ version: 1, images: [image] }));
  await checkLock(context);
  await expect(checkLock(contextOf(''))).rejects.toMatchObject({ code: 'build/no-loader' });
});
