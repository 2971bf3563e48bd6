import type { Known, ProtocolId } from '../../../src/server/protocols/protocol.ts';
import { startTorchscript, startTorchserve, startTritonPython, twoContract } from './planned-servers.ts';
import type { RealProcess } from './process.ts';
import { modelName, startKserve, startLlamacpp, startMlserver, startTriton } from './servers.ts';

/** A real server, a protocol that it speaks, and what is known about its model. */
export interface RealCase {
  /** Of the recording: server, version, protocol. */
  readonly name: string;
  readonly start: () => Promise<RealProcess>;
  readonly protocol: ProtocolId;
  readonly known: Known;
  /** Malformed requests that this server answers with something else than 4xx. */
  readonly notRefused: readonly string[];
  /** Requests at the edge that it answers with 5xx; none unless said. */
  readonly failsAt?: readonly string[];
}

/** Contract of scores.py. */
const contract = {
  inputs: [{ name: 'x', dtype: 'float32', shape: [null, 4] }],
  outputs: [{ name: 'scores', dtype: 'float32', shape: [null, 3] }],
  source: 'declared',
};

const scores: Known = {
  model: modelName,
  contract,
  examples: [],
  maxBodyBytes: null,
  maxRows: null,
  anySize: null,
  request: null,
};
const alphabet: Known = {
  model: 'alphabet',
  contract: null,
  examples: [],
  maxBodyBytes: null,
  maxRows: null,
  request: null,
  anySize: null,
};

/** Triton answers what it cannot parse with 500. */
const unparsable = [
  'a body that is not JSON',
  '10000 nested arrays',
  'an object without its required fields',
  'a text where a number belongs',
  'more data than its shape says',
];

/** Every real server with every protocol that it speaks. */
export const cases: readonly RealCase[] = [
  {
    name: 'triton-2.51-v2',
    start: () => startTriton(),
    protocol: 'v2',
    known: { ...scores, contract: null },
    notRefused: unparsable,
  },
  {
    name: 'mlserver-1.7.1-v2',
    start: startMlserver,
    protocol: 'v2',
    known: scores,
    notRefused: ['a text where a number belongs', 'more data than its shape says', 'no inputs'],
  },
  {
    name: 'kserve-0.21.0-v2',
    start: startKserve,
    protocol: 'v2',
    known: scores,
    notRefused: ['a text where a number belongs', 'more data than its shape says', 'no inputs'],
  },
  {
    name: 'torchserve-0.12.0',
    start: async () => (await startTorchserve()).server,
    protocol: 'torchserve',
    known: scores,
    failsAt: ['the largest numbers', 'the smallest numbers'],
    notRefused: [],
  },
  {
    name: 'torchserve-0.12.0-torchscript',
    start: async () => (await startTorchscript()).server,
    protocol: 'torchserve',
    known: { ...scores, contract: twoContract },
    failsAt: ['the largest numbers', 'the smallest numbers'],
    notRefused: [],
  },
  {
    name: 'triton-2.51-generated-config',
    start: async () => (await startTritonPython(', batching: {maxBatch: 8}')).server,
    protocol: 'v2',
    known: { ...scores, contract: null },
    notRefused: unparsable,
  },
  {
    name: 'kserve-0.21.0-v1',
    start: startKserve,
    protocol: 'tfserving',
    known: scores,
    failsAt: ['no rows'],
    notRefused: [
      'an object without its required fields',
      'a text where a number belongs',
      'one value too many in a row',
    ],
  },
  {
    name: 'llama.cpp-chat',
    start: () => startLlamacpp('chat'),
    protocol: 'openai',
    known: alphabet,
    notRefused: [],
  },
  {
    name: 'llama.cpp-embedding',
    start: () => startLlamacpp('embedding'),
    protocol: 'openai',
    known: alphabet,
    failsAt: ['long texts'],
    notRefused: [],
  },
];
