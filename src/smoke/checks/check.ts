import type { Config } from '../../config/config.ts';
import type { CheckEvidence, SmokeEvidence, TimeQuantiles } from '../../pipeline/evidence.ts';
import type { GpuMemoryCourse } from '../../gpu/memory-course.ts';
import type { Task } from '../../pipeline/reporter.ts';
import type { Ask, Discovery, Outcome, ProtocolId } from '../../server/protocols/protocol.ts';
import type { Server } from '../../server/server.ts';
import type { GoldenRequest } from '../../golden/golden-file.ts';
import type { MemorySample } from '../memory-trend.ts';
import type { RecordedSpeed } from '../recorded-speed.ts';
import type { RunningServer, RuntimeFacts } from '../runtimes/runtime.ts';
import type { AskedOn } from './ask-on.ts';
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
  /** Name of the runtime. */
  readonly runtime: string;
  /** Figures of an earlier revision. */
  readonly recordedSpeed: () => Promise<RecordedSpeed>;
}

export interface Measured {
  latencyMs: TimeQuantiles | null;
  /** Until a streamed answer begins; null: none was. */
  firstTokenMs: TimeQuantiles | null;
  stopMs: number;
  /** What only some runtimes can tell. */
  seen: Pick<
    SmokeEvidence['volatile'],
    | 'coldStart'
    | 'comparedWith'
    | 'gpu'
    | 'gpuMemoryGrowth'
    | 'latencyHistogram'
    | 'load'
    | 'memoryCourse'
    | 'memoryGrowth'
    | 'memoryPeakBytes'
    | 'memoryRequests'
    | 'notRemoved'
    | 'throughput'
  >;
  /** What the path of the liveness probe said under load; null: it was not asked. */
  live: LiveSeen | null;
  memory: readonly MemorySample[];
  /** Of each of its GPUs, while latency was measured. */
  gpuMemory: readonly GpuMemoryCourse[];
  /** What further requests showed, which a suspicion asked for; null: there was none. */
  later: AskedOn | null;
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
  /** The only protocol that it is about; absent: it is about all. */
  readonly protocol?: ProtocolId;
  /** It is about servers that have a GPU. */
  readonly onGpu?: true;
  run(trial: Trial): Promise<Finding>;
}

export interface Finding {
  readonly verdict: CheckEvidence['verdict'];
  readonly limit?: string;
  /** The same in every run. */
  readonly message: string;
  /** Sentences with measured figures, and the rest of a list that is cut in the message. */
  readonly details?: readonly string[];
}

/** A check with what stands beside it under `volatile`. */
export interface Judged {
  readonly check: CheckEvidence;
  readonly details: readonly string[];
}

type Details = readonly string[];
export const passed = (message: string, limit?: string, details: Details = []): Finding => ({
  ...finding('passed', message, limit),
  details,
});
export const failed = (message: string, limit?: string, details: Details = []): Finding => ({
  ...finding('failed', message, limit),
  details,
});
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

/** Which statuses refuse a malformed request. */
export function refusalsOf({ config, server }: Pick<Trial, 'config' | 'server'>): Server['refusals'] {
  return config.smoke.refusals ?? server.refusals;
}

const problemsInMessage = 3;

/** At most three problems as one text; the same one is said once. */
export function shorten(all: readonly string[]): string {
  const problems = [...new Set(all)];
  const more = problems.length > problemsInMessage ? `; and ${problems.length - problemsInMessage} more` : '';
  return problems.slice(0, problemsInMessage).join('; ') + more;
}

/** Failed for these problems: three in the message, the others as details. */
export function failedFor(problems: readonly string[], limit?: string): Finding {
  return failed(shorten(problems), limit, beyondMessage(problems));
}

/** The problems that `shorten` leaves out. */
export function beyondMessage(problems: readonly string[]): readonly string[] {
  return [...new Set(problems)].slice(problemsInMessage);
}
