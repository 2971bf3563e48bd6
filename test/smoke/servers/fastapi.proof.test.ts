import { cpSync } from 'node:fs';
import { join } from 'node:path';

import { serverPython } from '../../server/fastapi/python.ts';
import { planned, layOut } from '../../server/real/planned.ts';
import { examine } from './examine.ts';
import { models, setosaOf, trainIris } from './iris.ts';
import type { ImageFiles } from './podman-host.ts';

const yaml = `model:
  path: model
  inputs: [{name: x, dtype: float64, shape: [-1, 4]}]
  outputs: [{name: scores, dtype: float64, shape: [-1, 3]}]
server: {type: fastapi, entry: inference.py}`;

const bare = (image: ImageFiles): ImageFiles => ({
  ...image,
  entrypoint: ['python', '-m', 'uvicorn', 'bare_fastapi:app', '--host', '0.0.0.0', '--port', '8000'],
});

// FastAPI and uvicorn from PyPI: the server that is generated, with a scikit-learn model; the defects are those of the team's inference.py.
examine({
  name: 'fastapi',
  python: () => serverPython(),
  yaml,
  image: async (folder, python) => {
    trainIris(folder, python);
    cpSync(join(models, 'fastapi_iris.py'), join(folder, 'inference.py'));
    const head = `version: 1\nname: scores\nimage: {repository: registry.test/scores}\n`;
    const project = await planned(folder, `${head}${yaml}\n`);
    const { home } = layOut(project);
    const { runtime } = project.plan;
    return {
      files: {
        '/app': { from: join(home, 'app') },
        '/model': { from: join(home, 'model') },
        '/app/defect.py': { from: join(models, 'defect.py') },
        '/app/bare_fastapi.py': { from: join(models, 'bare_fastapi.py') },
      },
      entrypoint: [...(runtime?.entrypoint ?? []), ...(runtime?.command ?? [])],
      environment: { ...runtime?.environment },
      workingDirectory: '/app',
    };
  },
  golden: (folder) => {
    const { row, scores } = setosaOf(folder);
    return { requests: [{ name: 'a setosa', body: { inputs: [row] }, expect: { outputs: [scores] } }] };
  },
  reds: {
    // Our server asks its model before it says that it is ready, and does not start with one that answers NaN.
    nan: {
      check: 'ready',
      says: /ended by itself with exit code 3/,
      logs: /cannot carry \(nan or infinity\)/,
      also: ['alive'],
    },
  },
  // Our server refuses what does not fit before a team's code sees it, and ends whatever that code does: it takes an application of a team's own.
  otherImages: { 'bad-input-500': bare, 'ignores-sigterm': bare },
});
