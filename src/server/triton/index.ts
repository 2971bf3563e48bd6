import type { Config } from '../../config/config.ts';
import type { ValidateEvidence } from '../../pipeline/evidence.ts';
import { askWithBash, serverUser } from '../health.ts';
import type { ImagePlan } from '../image-plan.ts';
import { imageLabels } from '../labels.ts';
import type { MetricsPreset } from '../metrics-preset.ts';
import { triton as tritonMetrics } from '../presets/triton.ts';
import { wholeCores } from '../cores.ts';
import type { Probes, Server } from '../server.ts';
import { modelRepository, repositoryFolder } from './repository.ts';

const grpcPort = 8001;
const metricsPort = 8002;

/** Time for requests in flight after SIGTERM; within the time that smoke test and pods give by default. */
const exitSeconds = 20;

/** NVIDIA Triton with a model repository of one model, or of one ensemble and its parts (docs/server-triton.md). */
export const triton: Server = {
  type: 'triton',
  protocol: 'v2',
  // Seen with 2.51: a body that it cannot parse is answered with 500.
  refusals: '4xx or 5xx',
  // Seen with 2.51: an idle connection that a client keeps open holds it until its exit timeout, and then it ends with 1.
  exitCodes: [1],
  recipe: 'base',
  imagePlan,

  probes(config: Config): Probes {
    return { port: config.server.port, livePath: '/v2/health/live', readyPath: '/v2/health/ready' };
  },

  metrics(config: Config): MetricsPreset {
    return tritonMetrics(config.name);
  },

  maxRows: ({ server }: Config) => server.batching?.maxBatch ?? null,

  environment(config: Config): Readonly<Record<string, string>> {
    return { OMP_NUM_THREADS: String(wholeCores(config.resources.cpu)), HOME: '/tmp' };
  },
};

async function imagePlan(config: Config, model: ValidateEvidence, root: string): Promise<ImagePlan> {
  const { port } = config.server;
  const { tree, files, load } = await modelRepository(config, model, root);
  return {
    platform: config.image.platform,
    recipe: { kind: 'base', base: config.image.base, packages: null },
    trees: tree === null ? [] : [tree],
    runtime: {
      environment: {},
      workingDirectory: '/tmp',
      user: serverUser,
      ports: [port, grpcPort, metricsPort],
      entrypoint: ['/opt/tritonserver/bin/tritonserver'],
      command: [
        `--model-repository=${repositoryFolder}`,
        // Exactly these models, and a server that ends when one of them cannot be loaded.
        '--model-control-mode=explicit',
        ...load.map((name) => `--load-model=${name}`),
        '--exit-on-error=true',
        '--strict-readiness=true',
        `--exit-timeout-secs=${exitSeconds}`,
        `--http-port=${port}`,
        `--grpc-port=${grpcPort}`,
        `--metrics-port=${metricsPort}`,
      ],
      healthcheck: askWithBash(port, '/v2/health/live', 300),
    },
    labels: imageLabels(config, model),
    weights: { path: repositoryFolder, files },
  };
}
