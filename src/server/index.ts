import type { Config } from '../config/config.ts';
import { fastapi } from './fastapi/index.ts';
import { onnxruntime } from './onnxruntime/index.ts';
import type { Server } from './server.ts';

/** Every server type that can be configured. */
export const servers: Readonly<Record<Config['server']['type'], Server>> = { fastapi, onnxruntime };

/**
 * The server of a project.
 * @param config whose `server.type` decides
 * @returns everything that is known about it
 */
export function serverOf(config: Config): Server {
  return servers[config.server.type];
}
