import type { Writable } from 'node:stream';
import type { Config } from '../config/config.ts';
import type { MlDeployError } from '../errors.ts';
import type { EvidenceSoFar, Outcome } from '../pipeline/evidence.ts';
import type { CommandReporter } from './reporter/choose.ts';

/** A stream that people or programs read; the terminal's facts are there when it is one. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** What the command line takes from its surroundings, in one place, so that tests can give it theirs. */
export interface Host {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** How progress is shown, when the host has a way of its own. */
  readonly reporter?: CommandReporter;
  /** Name of this run for leases and evidence; the machine's name unless said. */
  readonly name?: string;
  readonly listener?: Listener;
}

/** How stages ended. */
export interface EndedStages {
  /** Evidence of this run and what it built upon. */
  readonly evidence: EvidenceSoFar;
  /** Outcome of the last stage that ran. */
  readonly outcome: Outcome;
  /** Folder of the evidence; null when none is kept. */
  readonly folder: string | null;
  /** Path of the HTML report; null when there is none. */
  readonly report: string | null;
}

/** What a host that is no terminal wants to hear as facts rather than as text. */
export interface Listener {
  /** The configuration is known; nothing has been done yet. */
  configured(config: Config): void;
  /** Stages have run. */
  ended(stages: EndedStages): void;
  /** An error or a signal has stopped the run in the middle of a stage; `failed` follows. */
  stopped(stages: EndedStages): void;
  /** The command failed. */
  failed(error: MlDeployError): void;
}

/** The process itself. */
export function processHost(): Host {
  for (const stream of [process.stdout, process.stderr]) {
    if (!stream.listeners('error').includes(readerLeft)) stream.on('error', readerLeft);
  }
  return { stdout: process.stdout, stderr: process.stderr, environment: process.env, cwd: process.cwd() };
}

/** Who reads the output may have enough of it (`| head`): what there is to do goes on, and is told to nobody. */
function readerLeft(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
