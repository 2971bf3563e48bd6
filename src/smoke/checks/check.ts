import type { Config } from '../../config/config.ts';
import type { CheckEvidence, SmokeEvidence, TimeQuantiles } from '../../pipeline/evidence.ts';
import type { Task } from '../../pipeline/reporter.ts';
import type { Ask, Discovery, Outcome } from '../../server/protocols/protocol.ts';
import type { Server } from '../../server/server.ts';
import type { GoldenRequest } from '../../golden/golden-file.ts';
import type { MemorySample } from '../memory-trend.ts';
import type { RunningServer, RuntimeFacts } from '../runtimes/runtime.ts';
import type { LiveSeen } from './load.ts';

/** What is known as soon as the program runs. */
export interface Started {
  readonly config: Config;
  readonly running: RunningServer;
  readonly facts: RuntimeFacts;
  /** The digest that was asked for; null when a server already ran. */
  readonly wantedDigest: string | null;
  /** Other digests of the same image: those of single platforms, when `wantedDigest` is that of an index, or of an index around it. */
  readonly platformDigests: readonly string[];
}

/** What the checks of a serving program share: it has answered once. */
export interface Trial extends Started {
  readonly server: Server;
  readonly discovery: Discovery;
  readonly golden: readonly GoldenRequest[];
  readonly signal: AbortSignal;
  /** Measured figures: they differ from run to run, so they never stand in a check. */
  readonly measured: Measured;
  readonly task: Task;
}

export interface Measured {
  latencyMs: TimeQuantiles | null;
  /** Until a streamed answer begins; null: none was. */
  firstTokenMs: TimeQuantiles | null;
  stopMs: number;
  /** What only some runtimes can tell. */
  seen: Pick<SmokeEvidence['volatile'], 'coldStart' | 'memoryPeakBytes' | 'memoryGrowth' | 'gpu' | 'throughput'>;
  /** What the path of the liveness probe said under load; null: it was not asked. */
  live: LiveSeen | null;
  memory: readonly MemorySample[];
  readonly details: string[];
}

/** A check's name in the evidence. */
export interface CheckName {
  readonly id: string;
  readonly title: string;
}

/** A look at what was started. */
export interface StartCheck extends CheckName {
  look(started: Started): Finding;
}

/** One question to the server with a verdict. */
export interface Check extends CheckName {
  run(trial: Trial): Promise<Finding>;
}

export interface Finding {
  readonly verdict: CheckEvidence['verdict'];
  readonly limit?: string;
  readonly message: string;
}

export const passed = (message: string, limit?: string): Finding => finding('passed', message, limit);
export const failed = (message: string, limit?: string): Finding => finding('failed', message, limit);
export const skipped = (message: string): Finding => finding('skipped', message, undefined);

function finding(verdict: Finding['verdict'], message: string, limit: string | undefined): Finding {
  return { verdict, message, ...(limit === undefined ? {} : { limit }) };
}

/** Every request that is known to be right: golden ones first, since a person vouches for them. */
export function rightAsks({ golden, discovery }: Pick<Trial, 'golden' | 'discovery'>): readonly Ask[] {
  return [...golden.map(({ name, body }) => discovery.ask(`golden request "${name}"`, body)), ...discovery.valid];
}

/** Sends one request of the test; an interrupt ends it. */
export function put(trial: Pick<Trial, 'running' | 'signal'>, ask: Ask): Promise<Outcome> {
  trial.signal.throwIfAborted();
  return trial.running.send({ ...ask.request, signal: trial.signal });
}

/** At most three problems as one text. */
export function shorten(problems: readonly string[]): string {
  const more = problems.length > 3 ? `; and ${problems.length - 3} more` : '';
  return problems.slice(0, 3).join('; ') + more;
}
