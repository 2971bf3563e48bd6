import { join } from 'node:path';

import { pythonWith } from '../../server/real/python.ts';
import { type Examined, examine } from './examine.ts';
import { models, setosaOf, trainIris } from './iris.ts';

// KServe's server from PyPI with a scikit-learn model, a subclass of kserve.Model, in both of its protocols.
const kserve = (): Pick<Examined, 'python' | 'image'> => ({
  python: () => pythonWith('kserve'),
  image: (folder, python) => {
    trainIris(folder, python);
    return Promise.resolve({
      files: {
        '/srv/model.joblib': { from: join(folder, 'model/model.joblib') },
        '/srv/defect.py': { from: join(models, 'defect.py') },
        '/srv/kserve_iris.py': { from: join(models, 'kserve_iris.py') },
      },
      entrypoint: ['/venv/bin/python', '/srv/kserve_iris.py', '--http_port', '8000'],
      environment: { PYTHONDONTWRITEBYTECODE: '1', HOME: '/tmp' },
      workingDirectory: '/tmp',
    });
  },
});

const model = (protocol: string): string => `model:
  path: model
  inputs: [{name: x, dtype: float64, shape: [-1, 4]}]
  outputs: [{name: scores, dtype: float64, shape: [-1, 3]}]
server: {type: custom, protocol: ${protocol}, livePath: /v2/health/live, readyPath: /v2/health/ready}`;

examine({
  ...kserve(),
  name: 'kserve-v2',
  yaml: model('v2'),
  golden: (folder) => {
    const { row, scores } = setosaOf(folder);
    const input = { name: 'x', datatype: 'FP64', shape: [1, 4], data: row };
    // KServe's server answers 500 without an id.
    const body = { id: 'golden', inputs: [input] };
    return { requests: [{ name: 'a setosa', body, expect: { outputs: [{ data: scores }] } }] };
  },
});

examine({
  ...kserve(),
  name: 'kserve-v1',
  yaml: model('tfserving'),
  golden: (folder) => {
    const { row, scores } = setosaOf(folder);
    return { requests: [{ name: 'a setosa', body: { instances: [row] }, expect: { predictions: [scores] } }] };
  },
});
