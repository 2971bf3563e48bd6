import type { Config } from '../../config/config.ts';
import { threadsPerWorker } from '../cores.ts';
import type { MetricsPreset } from '../metrics-preset.ts';
import type { Probes, Server } from '../server.ts';
import { appPlan, type ChooseFile } from './app-plan.ts';
import { fastapiMetrics } from './metrics.ts';
import { sklearnWarnings } from './sklearn-version.ts';
import { modelFolder } from './places.ts';

/** Time that the server goes on answering after SIGTERM, so that the endpoints of the cluster can change; seconds. */
const drainSeconds = 5;

/**
 * A server that runs our application (the Python files beside this one).
 * @param type `server.type`
 * @param chooseFile the model file that the application loads, or null for the user's own code
 */
export function appServer(type: Server['type'], chooseFile: ChooseFile): Server {
  return {
    type,
    protocol: 'openapi',
    refusals: '4xx',
    recipe: 'packages',
    imagePlan: (config, model, root) => appPlan(config, model, root, chooseFile),
    check: sklearnWarnings,
    probes: ({ server }: Config): Probes => ({ port: server.port, livePath: '/healthz', readyPath: '/readyz' }),
    metrics: ({ server }: Config): MetricsPreset => fastapiMetrics(server.port, type),
    environment,
  };
}

function environment(config: Config): Readonly<Record<string, string>> {
  const threads = String(config.server.threads ?? threadsPerWorker(config.resources.cpu, config.server.workers));
  return {
    MLDEPLOY_MODEL: config.name,
    MLDEPLOY_MODEL_DIR: modelFolder,
    MLDEPLOY_PORT: String(config.server.port),
    MLDEPLOY_WORKERS: String(config.server.workers),
    MLDEPLOY_MAX_BODY_BYTES: String(config.server.maxBodyBytes),
    MLDEPLOY_DRAIN_SECONDS: String(drainSeconds),
    // Numerical libraries would start a thread per core of the node, however few the pod may use.
    OMP_NUM_THREADS: threads,
    OPENBLAS_NUM_THREADS: threads,
  };
}
