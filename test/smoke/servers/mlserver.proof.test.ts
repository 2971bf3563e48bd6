import { join } from 'node:path';

import { pythonWith } from '../../server/real/python.ts';
import { examine } from './examine.ts';
import { models, setosaOf, trainIris } from './iris.ts';

const tensors = {
  inputs: [{ name: 'x', datatype: 'FP64', shape: [-1, 4] }],
  outputs: [{ name: 'predict_proba', datatype: 'FP64', shape: [-1, 3] }],
};

const settings = (implementation: string): string =>
  JSON.stringify({
    name: 'scores',
    implementation,
    ...tensors,
    parameters: { uri: '/srv/model/model.joblib', extra: { predict_fn: 'predict_proba' } },
  });

// MLServer from PyPI with a scikit-learn model; the defects are those of a custom runtime.
examine({
  name: 'mlserver',
  python: () => pythonWith('mlserver'),
  yaml: `model:
  path: model
  inputs: [{name: x, dtype: float64, shape: [-1, 4]}]
  outputs: [{name: predict_proba, dtype: float64, shape: [-1, 3]}]
server: {type: custom, protocol: v2, livePath: /v2/health/live, readyPath: /v2/health/ready}`,
  image: (folder, python) => {
    trainIris(folder, python);
    return Promise.resolve({
      files: {
        '/srv/settings.json': JSON.stringify({ http_port: 8000, parallel_workers: 0 }),
        '/srv/model/model-settings.json': settings('mlserver_iris.Iris'),
        '/srv/model/model.joblib': { from: join(folder, 'model/model.joblib') },
        '/srv/code/defect.py': { from: join(models, 'defect.py') },
        '/srv/code/mlserver_iris.py': { from: join(models, 'mlserver_iris.py') },
      },
      entrypoint: ['/venv/bin/python', '/venv/bin/mlserver', 'start', '/srv'],
      environment: { PYTHONPATH: '/srv/code', PYTHONDONTWRITEBYTECODE: '1', HOME: '/tmp' },
      workingDirectory: '/tmp',
    });
  },
  golden: (folder) => {
    const { row, scores } = setosaOf(folder);
    const input = { name: 'x', datatype: 'FP64', shape: [1, 4], data: row };
    return { requests: [{ name: 'a setosa', body: { inputs: [input] }, expect: { outputs: [{ data: scores }] } }] };
  },
});
