import type { Server } from '../server.ts';
import { appServer } from './app-server.ts';
import { chooseModelFile } from './loaders.ts';

/** FastAPI on uvicorn around a model file of a known format, or the user's own inference.py (docs/server-fastapi.md). */
export const fastapi: Server = appServer('fastapi', (config, model) =>
  config.server.entry === null ? chooseModelFile(model) : null,
);
