import { plainHttp } from './plain-http.ts';
import { openai } from './openai.ts';
import { openapi } from './openapi.ts';
import type { Protocol, ProtocolId } from './protocol.ts';
import { tfserving } from './tfserving.ts';
import { torchserve } from './torchserve.ts';
import { v2 } from './v2.ts';

/** Every way to ask a server, by the name a server type gives for its own. */
export const protocols: Readonly<Record<ProtocolId, Protocol>> = {
  http: plainHttp,
  openai,
  openapi,
  tfserving,
  torchserve,
  v2,
};
