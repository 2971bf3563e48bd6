import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { pythonWith } from './python.ts';
import { freePorts } from '../../free-ports.ts';
import { startReal, type RealProcess } from './process.ts';

const models = new URL('models/', import.meta.url).pathname;

/** Name under which every server serves the model of scores.py. */
export const modelName = 'scores';

/** KServe's server with scores.py. */
export async function startKserve(): Promise<RealProcess> {
  const [port = 0] = await freePorts(1);
  return startReal({
    command: [await pythonWith('kserve'), 'kserve_server.py', '--http_port', String(port), '--model_name', modelName],
    port,
    cwd: models,
    readyPath: '/v1/models/scores',
  });
}

/** NVIDIA's tritonserver with a configuration of the tests' own. */
export function startTriton(): Promise<RealProcess> {
  return startTritonserver(join(models, 'triton'), ['--model-control-mode=explicit', `--load-model=${modelName}`]);
}

/** NVIDIA's tritonserver (the one that PyTriton ships: Python backend only) on a model repository. */
export async function startTritonserver(repository: string, flags: readonly string[]): Promise<RealProcess> {
  const python = await pythonWith('triton');
  const packages = join(dirname(dirname(python)), 'lib/python3.11/site-packages');
  const home = mkdtempSync(join(tmpdir(), 'mldeploy-triton-'));
  const server = join(packages, 'pytriton/tritonserver');
  cpSync(join(server, 'backends'), join(home, 'backends'), { recursive: true });
  const stub = join(server, 'python_backend_stubs/3.11/triton_python_backend_stub');
  cpSync(stub, join(home, 'backends/python/triton_python_backend_stub'));
  const [port = 0, grpc, metrics] = await freePorts(3);
  const started = await startReal({
    command: [
      join(server, 'bin/tritonserver'),
      ...['--model-repository', repository, '--backend-directory', join(home, 'backends')],
      ...flags,
      ...['--http-port', String(port), '--grpc-port', String(grpc), '--metrics-port', String(metrics)],
    ],
    port,
    cwd: home,
    env: {
      PYTHONPATH: packages,
      PATH: `${dirname(python)}:${process.env['PATH'] ?? ''}`,
      LD_LIBRARY_PATH: join(packages, 'nvidia_pytriton.libs'),
    },
    readyPath: '/v2/health/ready',
  });
  started.child.once('exit', () => {
    rmSync(home, { recursive: true, force: true });
  });
  return started;
}

/** MLServer with a scikit-learn model of four numbers. */
export async function startMlserver(): Promise<RealProcess> {
  const home = mkdtempSync(join(tmpdir(), 'mldeploy-mlserver-'));
  const [port = 0, grpc = 0, metrics = 0] = await freePorts(3);
  mkdirSync(join(home, modelName));
  writeFileSync(
    join(home, 'settings.json'),
    JSON.stringify({ host: '127.0.0.1', http_port: port, grpc_port: grpc, metrics_port: metrics, parallel_workers: 0 }),
  );
  writeFileSync(
    join(home, modelName, 'model-settings.json'),
    JSON.stringify({
      name: modelName,
      implementation: 'scores_runtime.Scores',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }],
      outputs: [{ name: 'scores', datatype: 'FP32', shape: [-1, 3] }],
    }),
  );
  return startReal({
    command: [join(dirname(await pythonWith('mlserver')), 'mlserver'), 'start', home],
    port,
    cwd: home,
    env: { PYTHONPATH: models },
    readyPath: `/v2/models/${modelName}/ready`,
  });
}

/** llama.cpp's server with the model of examples/vllm under the name `alphabet`. */
export async function startLlamacpp(kind: 'chat' | 'embedding'): Promise<RealProcess> {
  const [port = 0] = await freePorts(1);
  const folder = new URL('../../../examples/vllm/model', import.meta.url).pathname;
  const options = kind === 'embedding' ? ['embedding'] : [];
  return startReal({
    command: [await pythonWith('llamacpp'), 'llamacpp_server.py', folder, String(port), 'alphabet', ...options],
    port,
    cwd: models,
    readyPath: '/health',
  });
}
