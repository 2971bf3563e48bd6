import type { Config } from '../../config/config.ts';
import type { ValidateEvidence } from '../../pipeline/evidence.ts';
import { askWithBash, serverUser } from '../health.ts';
import type { ImagePlan, PlannedFile } from '../image-plan.ts';
import { imageLabels } from '../labels.ts';
import type { MetricsPreset } from '../metrics-preset.ts';
import { tensorflowServing } from '../presets/tensorflow-serving.ts';
import { wholeCores } from '../cores.ts';
import type { Probes, Server } from '../server.ts';
import { savedModelFiles } from './saved-model.ts';

const configFolder = '/config';
const grpcPort = 8500;

/** TensorFlow Serving with one SavedModel (docs/server-tf-serving.md). */
export const tfServing: Server = {
  type: 'tf-serving',
  protocol: 'tfserving',
  refusals: '4xx',
  recipe: 'base',
  imagePlan: (config, model) => Promise.resolve(imagePlan(config, model)),

  /** It has no other: the status of the model is there as long as the server works. */
  probes(config: Config): Probes {
    const path = statusPath(config);
    return { port: config.server.port, livePath: path, readyPath: path };
  },

  metrics(config: Config): MetricsPreset {
    return { ...tensorflowServing(config.name), port: config.server.port };
  },

  /** With batching on, a request that is larger than a batch is refused. */
  maxRows: ({ server }: Config) => server.batching?.maxBatch ?? null,

  environment(config: Config): Readonly<Record<string, string>> {
    const cores = String(wholeCores(config.resources.cpu));
    // TensorFlow would start a thread per core of the node, however few the pod may use.
    return { TF_NUM_INTRAOP_THREADS: cores, TF_NUM_INTEROP_THREADS: cores, OMP_NUM_THREADS: cores };
  },
};

function statusPath(config: Config): string {
  return `/v1/models/${config.name}`;
}

function imagePlan(config: Config, model: ValidateEvidence): ImagePlan {
  const { port, batching } = config.server;
  return {
    platform: config.image.platform,
    recipe: { kind: 'base', base: config.image.base, packages: null },
    trees: [{ path: configFolder, files: configFiles(config) }],
    runtime: {
      environment: {},
      workingDirectory: '/',
      user: serverUser,
      ports: [port, grpcPort],
      // Not the base's script: it needs MODEL_NAME from the environment and cannot be told the rest.
      entrypoint: ['/usr/bin/tensorflow_model_server'],
      command: [
        `--port=${grpcPort}`,
        `--rest_api_port=${port}`,
        `--model_name=${config.name}`,
        `--model_base_path=/models/${config.name}`,
        `--monitoring_config_file=${configFolder}/monitoring.pbtxt`,
        // The image never changes: nothing has to be looked for after the start.
        '--file_system_poll_wait_seconds=0',
        ...(batching === null
          ? []
          : ['--enable_batching=true', `--batching_parameters_file=${configFolder}/batching.pbtxt`]),
      ],
      healthcheck: askWithBash(port, statusPath(config), 120),
    },
    labels: imageLabels(config, model),
    weights: { path: `/models/${config.name}`, files: savedModelFiles(model, `/models/${config.name}`) },
  };
}

/** Text-format messages MonitoringConfig and BatchingParameters of tensorflow_serving. */
function configFiles({ server: { batching }, resources }: Config): PlannedFile[] {
  const monitoring = 'prometheus_config {\n  enable: true\n  path: "/monitoring/prometheus/metrics"\n}\n';
  const files = [{ path: 'monitoring.pbtxt', content: monitoring }];
  if (batching === null) return files;
  const { maxBatch, delayMs } = batching;
  const settings = {
    max_batch_size: maxBatch,
    batch_timeout_micros: Math.round(delayMs * 1000),
    num_batch_threads: wholeCores(resources.cpu),
    // More than this waits no longer and is answered with 503.
    max_enqueued_batches: 100,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} { value: ${value} }\n`);
  return [{ path: 'batching.pbtxt', content: lines.join('') }, ...files];
}
