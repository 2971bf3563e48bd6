import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { planned, layOut } from '../../server/real/planned.ts';
import { pythonWith } from '../../server/real/python.ts';
import { examine } from './examine.ts';
import { models, setosaOf } from './iris.ts';

const yaml = `model:
  path: model
  inputs: [{name: x, dtype: float32, shape: [-1, 4]}]
  outputs: [{name: scores, dtype: float32, shape: [-1, 3]}]
server: {type: torchserve}`;

/** Everything that sends requests: TorchServe starts its worker anew, and again it falls. */
const asking = ['ready', 'golden', 'same-twice', 'malformed', 'edges', 'latency', 'in-flight'];

// TorchServe from PyPI with a TorchScript model in an archive of torch-model-archiver; the defects are those of its handler.
examine({
  name: 'torchserve',
  python: () => pythonWith('torchserve'),
  yaml,
  image: async (folder, python) => {
    execFileSync(python, [join(models, 'train_flowers.py'), folder]);
    execFileSync(await pythonWith('archiver'), [
      ...['-m', 'model_archiver.model_packaging', '--model-name', 'scores', '--version', '1.0'],
      ...['--serialized-file', join(folder, 'flowers.pt'), '--handler', join(models, 'torchserve_flowers.py')],
      ...['--extra-files', join(models, 'defect.py'), '--export-path', join(folder, 'model')],
    ]);
    const head = `version: 1\nname: scores\nimage: {repository: registry.test/scores}\n`;
    const project = await planned(folder, `${head}${yaml}\n`);
    const { home } = layOut(project);
    const { runtime } = project.plan;
    return {
      files: { '/config': { from: join(home, 'config') }, '/model-store': { from: join(home, 'model-store') } },
      entrypoint: [...(runtime?.entrypoint ?? []), ...(runtime?.command ?? [])],
      environment: { ...runtime?.environment },
      workingDirectory: '/tmp',
    };
  },
  golden: (folder) => {
    const { row, scores } = setosaOf(folder);
    return { requests: [{ name: 'a setosa', body: { instances: [row] }, expect: { predictions: [scores] } }] };
  },
  reds: {
    'crash-on-third': {
      check: 'answers',
      says: /a generated batch of \d+: answered 50\d instead of 200/,
      also: asking,
    },
  },
  // Its own launcher as the first process, as in its published images: it never sees the signal.
  otherImages: {
    'ignores-sigterm': (image) => ({
      ...image,
      entrypoint: ['torchserve', '--start', '--foreground', ...image.entrypoint.slice(2)],
    }),
  },
});
