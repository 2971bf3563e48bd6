import { readFile } from 'node:fs/promises';

import type { Config } from '../../config/config.ts';
import { servedContract } from '../../contract/served.ts';
import type { Contract, FileEvidence, ValidateEvidence } from '../../pipeline/evidence.ts';
import { askWithBash, serverUser } from '../health.ts';
import type { ImagePlan, PlannedFile, WeightFile } from '../image-plan.ts';
import { imageLabels } from '../labels.ts';
import { layoutError } from '../layout-error.ts';
import type { MetricsPreset } from '../metrics-preset.ts';
import { torchserve as torchserveMetrics } from '../presets/torchserve.ts';
import { threadsPerWorker } from '../cores.ts';
import { readProjectFile } from '../project-file.ts';
import type { Probes, Server } from '../server.ts';
import { modelArchive } from './archive.ts';
import { metricsPort, properties, usualVersion } from './properties.ts';

const modelFolder = '/model';
const storeFolder = '/model-store';
const settingsFolder = '/config';
const launcher = new URL('./launch.py', import.meta.url);

/** TorchServe with a TorchScript file, the project's inference.py, or a model archive (docs/server-torchserve.md). */
export const torchserve: Server = {
  type: 'torchserve',
  protocol: 'torchserve',
  refusals: '4xx',
  check: () =>
    Promise.resolve([
      'TorchServe is archived since August 2025: no more fixes, not even for security. docs/server-torchserve.md shows the way to triton or fastapi.',
    ]),
  recipe: 'base',
  imagePlan,

  /** `/ping` says "Healthy" without any model; that one is loaded, the smoke test proves. */
  probes(config: Config): Probes {
    return { port: config.server.port, livePath: '/ping', readyPath: '/ping' };
  },

  metrics(config: Config): MetricsPreset {
    return { ...torchserveMetrics(config.name), port: metricsPort };
  },

  environment(config: Config): Readonly<Record<string, string>> {
    const threads = threadsPerWorker(config.resources.cpu, config.server.workers);
    return { MLDEPLOY_MODEL_DIR: modelFolder, OMP_NUM_THREADS: String(threads) };
  },
};

async function imagePlan(config: Config, model: ValidateEvidence, root: string): Promise<ImagePlan> {
  const { port } = config.server;
  const { store, folder, files, version } = await modelStore(config, model, root);
  return {
    platform: config.image.platform,
    recipe: { kind: 'base', base: config.image.base, packages: null },
    trees: [
      {
        path: settingsFolder,
        files: [
          { path: 'config.properties', content: properties(config, version) },
          { path: 'launch.py', content: await readFile(launcher, 'utf8') },
        ],
      },
      ...(store.length === 0 ? [] : [{ path: storeFolder, files: store }]),
    ],
    runtime: {
      environment: {
        // Logs, unpacked archives and the file with its process id: the root is read-only.
        HOME: '/tmp',
        TMPDIR: '/tmp',
        TEMP: '/tmp',
        LOG_LOCATION: '/tmp/logs',
        METRICS_LOCATION: '/tmp/logs',
        PYTHONUNBUFFERED: '1',
        MLDEPLOY_MODEL_DIR: modelFolder,
      },
      workingDirectory: '/tmp',
      user: serverUser,
      ports: [port, metricsPort],
      entrypoint: ['python', `${settingsFolder}/launch.py`],
      command: [
        '--ncs',
        '--disable-token-auth',
        `--ts-config=${settingsFolder}/config.properties`,
        `--model-store=${storeFolder}`,
        `--models=${config.name}=${config.name}.mar`,
      ],
      healthcheck: askWithBash(port, '/ping', 180),
    },
    labels: imageLabels(config, model),
    weights: { path: folder, files },
  };
}

interface ModelStore {
  readonly store: readonly PlannedFile[];
  /** Of the model's files in the image. */
  readonly folder: string;
  readonly files: readonly WeightFile[];
  /** In the manifest of the archive. */
  readonly version: string;
}

/** A model that is an archive already is served as it is; for others the archive holds the code, and the weights lie beside it. */
async function modelStore(config: Config, model: ValidateEvidence, root: string): Promise<ModelStore> {
  const { files } = model.model;
  const weights = files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 }));
  const archives = files.filter(({ path }) => path.endsWith('.mar'));
  const [archive] = archives;
  if (archives.length > 0 && config.server.entry === null) {
    if (archive === undefined || archives.length > 1) {
      throw layoutError(
        `${model.model.path} holds ${archives.length} model archives`,
        'Point model.path to one of them.',
      );
    }
    const { path, bytes, sha256, facts } = archive;
    const version = typeof facts['version'] === 'string' ? facts['version'] : usualVersion;
    const served = { path, bytes, sha256, target: `${storeFolder}/${config.name}.mar` };
    return { store: [], folder: storeFolder, files: [served], version };
  }
  const { inputs, outputs } = contractOf(config, model);
  const file = config.server.entry === null ? scriptFile(model) : null;
  const entry = config.server.entry === null ? null : await readProjectFile(root, config.server.entry, 'server.entry');
  const content = await modelArchive({ name: config.name, settings: { file, inputs, outputs }, entry });
  return {
    store: [{ path: `${config.name}.mar`, content }],
    folder: modelFolder,
    files: weights,
    version: usualVersion,
  };
}

function contractOf(config: Config, model: ValidateEvidence): Pick<Contract, 'inputs' | 'outputs'> {
  const { inputs, outputs } = servedContract(config, model) ?? { inputs: [], outputs: [] };
  if (inputs.length > 0 || config.server.entry !== null) return { inputs, outputs };
  throw layoutError(
    'a TorchScript file does not name its inputs, and the handler has to know their types and shapes',
    'Declare them in model.inputs and model.outputs.',
  );
}

function scriptFile(model: ValidateEvidence): string {
  const scripts = model.model.files.filter(({ format }) => format === 'torchscript');
  const [script] = scripts;
  if (script !== undefined && scripts.length === 1) return script.path;
  const found = [...new Set(model.model.files.map(({ format }: FileEvidence) => format))].sort().join(', ');
  throw layoutError(
    `${model.model.path} does not hold exactly one TorchScript file (found: ${found})`,
    'Save the model with torch.jit.script(model).save(file), or name an inference.py with load and predict in server.entry.',
  );
}
