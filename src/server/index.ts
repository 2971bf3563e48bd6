import type { Config } from '../config/config.ts';
import { custom } from './custom/index.ts';
import { fastapi } from './fastapi/index.ts';
import { onnxruntime } from './onnxruntime/index.ts';
import type { Server } from './server.ts';
import { tfServing } from './tf-serving/index.ts';
import { torchserve } from './torchserve/index.ts';
import { triton } from './triton/index.ts';
import { vllm } from './vllm/index.ts';

/** Every server type that can be configured; some depend on more of the configuration than their type. */
export const servers: Readonly<Record<Config['server']['type'], Server | ((config: Config) => Server)>> = {
  custom,
  fastapi,
  onnxruntime,
  'tf-serving': tfServing,
  torchserve,
  triton,
  vllm,
};

/**
 * The server of a project.
 * @param config whose `server.type` decides
 * @returns everything that is known about it
 */
export function serverOf(config: Config): Server {
  const server = servers[config.server.type];
  return typeof server === 'function' ? server(config) : server;
}
