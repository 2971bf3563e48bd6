import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { layOut, planned, type Planned } from './planned.ts';
import { freePorts } from '../../free-ports.ts';
import { startReal, type RealProcess } from './process.ts';
import { pythonWith } from './python.ts';
import { startTritonserver } from './servers.ts';

const examples = new URL('../../../examples/', import.meta.url).pathname;

/** A server that runs, and the project that its files were planned for. */
export interface PlannedServer {
  readonly project: Planned;
  readonly server: RealProcess;
}

/** TorchServe with what the plan of a project puts into the image. */
export async function startTorchserve(root = join(examples, 'torchserve'), yaml?: string): Promise<PlannedServer> {
  const [port = 0, management = 0, metrics = 0] = await freePorts(3);
  const text = yaml ?? readFileSync(join(root, 'mldeploy.yaml'), 'utf8');
  const project = await planned(root, text.replace('type: torchserve', `type: torchserve, port: ${port}`));
  const { home, here } = layOut(project, (content) =>
    content.replace(':8081', `:${management}`).replace(':8082', `:${metrics}`),
  );
  const python = await pythonWith('torchserve');
  const runtime = runtimeOf(project);
  const folders = { HOME: home, TMPDIR: home, TEMP: home, LOG_LOCATION: join(home, 'logs') };
  const server = await startReal({
    // The first word is the image's Python.
    command: [python, ...[...runtime.entrypoint.slice(1), ...runtime.command].map(here)],
    port,
    cwd: home,
    env: {
      ...runtime.environment,
      ...folders,
      METRICS_LOCATION: folders.LOG_LOCATION,
      MLDEPLOY_MODEL_DIR: join(home, 'model'),
      PATH: `${dirname(python)}:${process.env['PATH'] ?? ''}`,
    },
    readyPath: '/ping',
  });
  return { project, server };
}

const script = new URL('models/two_outputs.py', import.meta.url).pathname;

/** Contract of the program that it writes: two inputs, two outputs. */
export const twoContract = {
  inputs: [
    { name: 'x', dtype: 'float32', shape: [null, 3] },
    { name: 'factor', dtype: 'float32', shape: [null] },
  ],
  outputs: [
    { name: 'score', dtype: 'float32', shape: [null] },
    { name: 'label', dtype: 'int64', shape: [null] },
  ],
  source: 'declared',
};

/** TorchServe with a TorchScript program that has no code of the project's. */
export async function startTorchscript(): Promise<PlannedServer> {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-project-'));
  mkdirSync(join(root, 'model'));
  execFileSync(await pythonWith('torchserve'), [script, join(root, 'model/two.pt')]);
  const yaml = `version: 1
name: scores
model:
  path: model
  inputs: [{name: x, dtype: float32, shape: [-1, 3]}, {name: factor, dtype: float32, shape: [-1]}]
  outputs: [{name: score, dtype: float32, shape: [-1]}, {name: label, dtype: int64, shape: [-1]}]
server: {type: torchserve, batching: {maxBatch: 4, delay: 5ms}}
image: {repository: registry.test/scores}
`;
  return startTorchserve(root, yaml);
}

const entry = `
import json, os, numpy
import triton_python_backend_utils as utils

class TritonPythonModel:
    def initialize(self, args):
        folder = os.path.join(args["model_repository"], args["model_version"])
        with open(os.path.join(folder, "weights.json")) as file:
            self.weights = numpy.array(json.load(file), dtype=numpy.float32)

    def execute(self, requests):
        answers = [utils.get_input_tensor_by_name(one, "x").as_numpy() @ self.weights for one in requests]
        return [utils.InferenceResponse([utils.Tensor("scores", answer)]) for answer in answers]
`;

/** Triton with Python code of a project; its `config.pbtxt` is made from the contract. */
export async function startTritonPython(batching: string): Promise<PlannedServer> {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-project-'));
  mkdirSync(join(root, 'model'));
  const weights = [
    [0.5, -1, 0.25],
    [1.5, 0, -0.5],
    [-0.75, 2, 1],
    [0.125, 0.5, -1.25],
  ];
  writeFileSync(join(root, 'model/weights.json'), JSON.stringify(weights));
  writeFileSync(join(root, 'model.py'), entry);
  const project = await planned(
    root,
    `version: 1
name: scores
model:
  path: model
  inputs: [{name: x, dtype: float32, shape: [-1, 4]}]
  outputs: [{name: scores, dtype: float32, shape: [-1, 3]}]
server: {type: triton, entry: model.py${batching}}
image: {repository: registry.test/scores}
`,
  );
  const { here } = layOut(project);
  const flags = runtimeOf(project).command.filter((flag) => !/-(port|repository)=/.test(flag));
  return { project, server: await startTritonserver(here('/models'), flags) };
}

function runtimeOf({ plan }: Planned): NonNullable<Planned['plan']['runtime']> {
  if (plan.runtime === null) throw new Error('the plan of a server has a runtime configuration');
  return plan.runtime;
}
