import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { serverPython } from './python.ts';
import { startServer } from './running-server.ts';

const real = new URL('../../model/fixtures/real/trees/', import.meta.url).pathname;

const script = `
import json, sys, catboost
model = catboost.CatBoost().load_model(sys.argv[1])
print(json.dumps(model.predict(json.loads(sys.argv[2]), prediction_type=sys.argv[3]).tolist()))`;

const numbers = [
  [0.1, 0.2, 0.3, 0.4, 0.5],
  [0.9, 0.8, 0.7, 0.6, 0.5],
];

// Another 600 MB of packages: too much for every run.
it.each([
  ['catboost-regression.cbm', numbers, 'RawFormulaVal', [1, 2, 3, 4]],
  ['catboost-classes.cbm', numbers, 'Probability', [1, 2, 3, 4]],
  ['catboost-lossguide.cbm', numbers, 'Probability', [1, 2, 3, 4]],
  [
    'catboost-categories.cbm',
    [
      [0.2, 'u'],
      [0.9, 'never seen'],
    ],
    'Probability',
    ['u', 0.2],
  ],
])('%s is served as its library predicts', async (name, rows, kind, wrong) => {
  const python = await serverPython(['server', 'catboost']);
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-catboost-'));
  mkdirSync(join(root, 'model'));
  copyFileSync(join(real, name), join(root, 'model', name));
  const server = await startServer({ root, python });
  try {
    await server.ready();
    const response = await server.predict(rows);
    const said = JSON.parse(
      execFileSync(python, ['-c', script, join(real, name), JSON.stringify(rows), kind]).toString(),
    ) as (number | number[])[];
    // Of two classes, the probability of the second: what XGBoost and LightGBM give too.
    const expected = said.map((one) => (Array.isArray(one) && one.length === 2 ? one[1] : one));
    expect(await response.json()).toMatchObject({ outputs: expected });
    expect((await server.predict([wrong])).status).toBe(422);
    expect(server.events('ready')).toHaveLength(1);
  } finally {
    await server.stop();
  }
});
