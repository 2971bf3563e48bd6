import type { ProtocolId } from '../../server/protocols/protocol.ts';
import { answers, goldenAnswers, malformed, sameTwice } from './answers.ts';
import type { Check, StartCheck } from './check.ts';
import { edges } from './edges.ts';
import { latency, live } from './latency.ts';
import { gpuGrowth } from './gpu-growth.ts';
import { firstToken } from './limits.ts';
import { memory } from './memory.ts';
import { slowdown } from './slowdown.ts';
import { device, image, nonRoot } from './start.ts';

/** What is looked at as soon as the program runs. */
export const startChecks: readonly StartCheck[] = [device, image, nonRoot];

/** What a ready server is asked, in this order: a server that a check kills is caught by the one after it. */
const servingChecks: readonly Check[] = [
  answers,
  goldenAnswers,
  sameTwice,
  malformed,
  edges,
  latency,
  firstToken,
  slowdown,
  live,
  memory,
  gpuGrowth,
];

/** Those that are about a server of this protocol, with or without a GPU. */
export function servingChecksOf(protocol: ProtocolId, onGpu: boolean): readonly Check[] {
  return servingChecks.filter(
    (check) => (check.protocol === undefined || check.protocol === protocol) && (check.onGpu !== true || onGpu),
  );
}
