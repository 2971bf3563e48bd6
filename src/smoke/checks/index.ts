import { answers, goldenAnswers, malformed, sameTwice } from './answers.ts';
import type { Check, StartCheck } from './check.ts';
import { edges } from './edges.ts';
import { latency, live } from './latency.ts';
import { memory } from './memory.ts';
import { device, image, nonRoot } from './start.ts';

/** What is looked at as soon as the program runs. */
export const startChecks: readonly StartCheck[] = [device, image, nonRoot];

/** What a ready server is asked, in this order: a server that a check kills is caught by the one after it. */
export const servingChecks: readonly Check[] = [
  answers,
  goldenAnswers,
  sameTwice,
  malformed,
  edges,
  latency,
  live,
  memory,
];
