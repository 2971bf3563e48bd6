import type { Config } from '../../config/config.ts';

/** Of the archives that are made here, and of torch-model-archiver's unless it is told another one. */
export const usualVersion = '1.0';

/** The port of `GET /metrics`. */
export const metricsPort = 8082;

/**
 * TorchServe's config.properties. Tokens are off, because only the inference and metrics ports are open to others: the management API,
 * which could load code, listens to the pod itself alone, and cannot register models.
 * @param config of the project
 * @param version of the model in its archive's manifest: settings of another version are passed over in silence
 */
export function properties(config: Config, version: string): string {
  const { name, server } = config;
  const model = {
    defaultVersion: true,
    marName: `${name}.mar`,
    minWorkers: server.workers,
    maxWorkers: server.workers,
    batchSize: server.batching?.maxBatch ?? 1,
    maxBatchDelay: Math.round(server.batching?.delayMs ?? 0),
  };
  const settings = {
    inference_address: `http://0.0.0.0:${server.port}`,
    management_address: 'http://127.0.0.1:8081',
    metrics_address: `http://0.0.0.0:${metricsPort}`,
    disable_token_authorization: 'true',
    enable_model_api: 'false',
    enable_envvars_config: 'false',
    install_py_dep_per_model: 'false',
    metrics_mode: 'prometheus',
    max_request_size: String(server.maxBodyBytes),
    models: JSON.stringify({ [name]: { [version]: model } }),
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
