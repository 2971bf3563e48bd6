import { parentPort } from 'node:worker_threads';
import { cases } from './cases.ts';
import { tally } from './simulation.ts';

/** A part of a case's seeds. */
export interface Chunk {
  readonly name: string;
  readonly firstSeed: number;
  readonly runs: number;
}

parentPort?.on('message', ({ name, firstSeed, runs }: Chunk) => {
  const scenario = cases.get(name);
  if (scenario === undefined) throw new Error(`no case ${name}`);
  parentPort?.postMessage(tally(scenario, runs, firstSeed));
});
