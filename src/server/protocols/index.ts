import type { Server } from '../server.ts';
import { openapi } from './openapi.ts';
import type { Protocol } from './protocol.ts';

/** Every way to ask a server, by the name a server type gives for its own. */
export const protocols: Readonly<Record<Server['protocol'], Protocol>> = { openapi };
