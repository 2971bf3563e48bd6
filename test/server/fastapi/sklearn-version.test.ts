import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { validateStage } from '../../../src/model/stage.ts';
import { pinnedVersions } from '../../../src/server/fastapi/requirements.ts';
import { sklearnWarnings } from '../../../src/server/fastapi/sklearn-version.ts';
import { project } from '../../image/project.ts';

const real = new URL('../../model/fixtures/real/', import.meta.url).pathname;

/** Warnings for a model of an old version, with these requirements of the user. */
async function warnings(requirements: string | null, fixture = 'pickle/sklearn-1.5-knn.joblib') {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-sklearn-'));
  mkdirSync(join(root, 'model'));
  copyFileSync(join(real, fixture), join(root, 'model/model.joblib'));
  if (requirements !== null) writeFileSync(join(root, 'r.txt'), requirements);
  const server = requirements === null ? '' : 'requirements: r.txt';
  const context = project({ root, repository: 'ghcr.io/acme/iris', server });
  return sklearnWarnings(context.config, await validateStage.run(context), root);
}

it('warns when another minor version of scikit-learn will load the model', async () => {
  expect(await warnings(null)).toEqual([
    expect.stringMatching(/^model\.joblib was written by scikit-learn 1\.5\.\S+ and will be loaded by 1\.9\.1/),
  ]);
  expect(await warnings('Scikit_Learn==1.5.0 --hash=sha256:00\n')).toEqual([]);
  expect(await warnings('scikit-learn==1.2.2\n')).toEqual([expect.stringContaining('scikit-learn==1.5')]);
  expect(await warnings('scikit-learn>=1\n')).toEqual([]);
  expect(await warnings(null, 'knn.joblib')).toEqual([]);
  expect(await warnings(null, 'trees/xgboost-binary.ubj')).toEqual([]);
});

it('finds pins in any spelling', () => {
  expect(
    pinnedVersions('a==1\nScikit.learn[x] == 1.4 ; python_version < "3.12"\nscikit-learn===1.5\n', 'scikit-learn'),
  ).toEqual(['1.4', '1.5']);
});
