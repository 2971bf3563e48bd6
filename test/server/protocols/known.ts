import type { Known } from '../../../src/server/protocols/protocol.ts';

/** Nothing is known of the model but its name. */
export const nothingKnown: Known = {
  model: 'm',
  contract: null,
  examples: [],
  maxBodyBytes: null,
  maxRows: null,
  anySize: null,
  request: null,
};
