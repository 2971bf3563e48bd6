import { serverKeys } from '../config/server-rules.ts';
import type { GpuUse } from '../gpu/use.ts';
import type { Contract } from '../pipeline/evidence.ts';
import { MlDeployError } from '../errors.ts';
import { bytes } from '../report/format.ts';
import type { Reporter } from '../pipeline/reporter.ts';
import type { Protocol } from '../server/protocols/protocol.ts';
import {
  type Check,
  type CheckName,
  failed,
  type Finding,
  type Judged,
  type Measured,
  passed,
  skipped,
  type Started,
  type Trial,
} from './checks/check.ts';
import { servingChecksOf, startChecks } from './checks/index.ts';
import { demandDriver, describeUse, gpuErrors, gpuUsed, judgeErrors, judgeUse } from './checks/gpu.ts';
import { gpuMemory, judgeGpuMemory, judgePeak, peakMemory } from './checks/limits.ts';
import { type Readiness, waitUntilReady } from './checks/ready.ts';
import { stopServer } from './checks/stop.ts';
import type { GoldenRequest } from '../golden/golden-file.ts';
import { isOtherName } from './other-names.ts';
import { demandOwnMemory } from './out-of-gpu-memory.ts';
import type { RecordedSpeed } from './recorded-speed.ts';
import type { Records } from './records.ts';
import { endedBecause, lostBecause } from './server-end.ts';
import { lastWords, wholeLog } from './server-log.ts';
import { describeReadiness, measureStart } from './start-facts.ts';
import type { Hardware, RunningServer, Runtime, RuntimeFacts, StartSpec } from './runtimes/runtime.ts';

export interface TrialOptions {
  readonly spec: StartSpec;
  readonly runtime: Runtime;
  readonly protocol: Protocol;
  readonly contract: Contract | null;
  readonly golden: readonly GoldenRequest[];
  readonly reporter: Reporter;
  /** Figures of an earlier revision, asked for when there are some to compare. */
  readonly recordedSpeed: () => Promise<RecordedSpeed>;
  /** Gets what is kept beside the evidence, also after a failure. */
  readonly onRecords?: (records: Records) => Promise<void>;
}

export interface TrialResult {
  readonly checks: readonly Judged[];
  readonly hardware: Hardware;
  readonly readyMs: number;
  readonly measured: Measured;
}

// Checks whose question is asked by the flow itself.
const ready: CheckName = { id: 'ready', title: 'Ready within the budget, proved by an inference' };
const alive: CheckName = { id: 'alive', title: 'Stays alive during the test' };
const stop: CheckName = { id: 'stop', title: 'Ends cleanly on SIGTERM' };
const inFlight: CheckName = { id: 'in-flight', title: 'Finishes the request in flight on SIGTERM' };
const clean: CheckName = { id: 'clean', title: 'Leaves nothing behind' };

/**
 * Starts the server, asks everything, stops and removes it. The server is removed whatever happens; `checks` is in the order of the
 * test and has the same members for the same device.
 */
export async function tryOut(options: TrialOptions): Promise<TrialResult> {
  const measured: Measured = {
    latencyMs: null,
    firstTokenMs: null,
    stopMs: 0,
    seen: {},
    live: null,
    memory: [],
    gpuMemory: [],
    later: null,
    details: [],
  };
  const running = await options.runtime.start(options.spec);
  let result: TrialResult;
  try {
    result = await examineRunning(options, running, measured);
  } catch (error) {
    const log = await wholeLog(running, options.spec);
    // After an error or an interrupt; what led here matters more than a removal that fails too.
    await running.remove().catch((second: unknown) => {
      options.reporter.note('warning', `${running.title} could not be removed: ${String(second)}`);
    });
    await keep(options, recordsOf(running, measured, log));
    throw error;
  }
  const log = await wholeLog(running, options.spec);
  const finding = await removed(options, running, result).finally(() =>
    keep(options, recordsOf(running, measured, log)),
  );
  return { ...result, checks: [...result.checks, evidenceOf(clean, finding)] };
}

/** What is known of the model matters more than its log: a disk that is full is told, and nothing else. */
async function keep({ onRecords, reporter }: TrialOptions, records: Records): Promise<void> {
  await onRecords?.(records).catch((error: unknown) => {
    reporter.note('warning', `the log and the samples could not be kept: ${String(error)}`);
  });
}

/** Removes the server. A runtime that fails at it is an error, unless something is known against the model. */
async function removed(
  { reporter }: TrialOptions,
  running: RunningServer,
  { checks, measured }: TrialResult,
): Promise<Finding> {
  try {
    const left = await running.remove();
    if (left.length > 0) {
      measured.seen = { ...measured.seen, notRemoved: true };
      return failed(`Still there: ${left.join(', ')}`);
    }
    if (running.stop === null) return skipped('The server was not started by this test.');
    const doubt = running.gpu?.doubt ?? null;
    return doubt === null ? passed('All is removed.') : skipped(doubt);
  } catch (error) {
    if (!(error instanceof MlDeployError) || !checks.some(isFailed)) throw error;
    reporter.note('warning', `${running.title} could not be removed: ${error.message}`);
    measured.seen = { ...measured.seen, notRemoved: true };
    return skipped(`It could not be removed, which is not its fault: ${error.message}`);
  }
}

function recordsOf({ gpu }: RunningServer, { memory }: Measured, log: readonly string[]): Records {
  return { gpu: gpu?.table() ?? null, memory, log };
}

async function examineRunning(options: TrialOptions, running: RunningServer, measured: Measured): Promise<TrialResult> {
  const { spec, golden, reporter, recordedSpeed } = options;
  const { config, server, signal } = spec;
  const runtime = options.runtime.name;
  const checks: Judged[] = [];
  const readiness = await reachReadiness(options, running);
  describeReadiness(readiness, measured);

  let end = await endedBecause(running);
  const facts = end === null || readiness.discovery !== null ? await running.facts() : null;
  measured.details.push(...(facts?.details ?? []));
  measureStart(readiness, facts, measured);
  const digests = await digestsOfImage(spec, running, facts?.imageDigest ?? null);
  checks.push(...lookAtStart(facts, { config, running, ...digests }));
  checks.push(evidenceOf(ready, readiness.finding));

  const { discovery } = readiness;
  const trial =
    discovery === null || facts === null
      ? null
      : { config, server, running, facts, ...digests, discovery, golden, signal, measured, runtime, recordedSpeed };
  for (const check of servingChecksOf(server.protocol, hasGpu(running))) {
    checks.push(await runCheck(check, trial, end, reporter));
    if (trial !== null) end ??= await lostBecause(trial, check);
  }
  checks.push(evidenceOf(alive, end === null ? passed('It ran to the end of the test.') : failed(end)));
  measured.details.push(...(await toldOf(running, options, checks)));
  const { gpu, gpuUnseen } = running;
  if (gpuUnseen !== undefined) checks.push(evidenceOf(gpuUsed, skipped(gpuUnseen)));
  checks.push(evidenceOf(peakMemory, await measureMemory(running, end, measured, config.smoke.maxMemoryBytes)));
  await demandFairGpu(running, checks);
  const use = await gpu?.use();
  checks.push(...lookAtUse(use, trial !== null, config.smoke.maxGpuMemoryBytes, measured));
  checks.push(...(await halt(trial, end, reporter, readiness.finding.verdict === 'passed')));
  checks.push(...(await lookForErrors(running, use)));
  const hardware = facts?.hardware ?? running.hardware ?? endedAtOnce(running);
  return { checks, hardware, readyMs: readiness.ms, measured };
}

function hasGpu({ gpu, gpuUnseen }: RunningServer): boolean {
  return gpu !== undefined || gpuUnseen !== undefined;
}

/** Lines of its log in which a server that failed may say why: a long trace follows. */
const wordsOfFailure = 1_000;

/** What a server does on a GPU that fails, or whose memory others have, is no verdict. */
async function demandFairGpu(running: RunningServer, checks: readonly Judged[]): Promise<void> {
  if (running.gpu === undefined || !checks.some(isFailed)) return;
  const use = await running.gpu.use();
  demandDriver(use);
  demandOwnMemory(use, await running.logs(wordsOfFailure));
}

/** A pod is given its GPU before its program runs, and the program may have ended before anybody could ask which. */
function endedAtOnce(running: RunningServer): Hardware {
  return { device: hasGpu(running) ? 'gpu' : 'cpu', name: 'unknown: the server ended at once' };
}

/** What is to be told of the requests, and of a server at fault. */
async function toldOf(
  running: RunningServer,
  options: TrialOptions,
  checks: readonly Judged[],
): Promise<readonly string[]> {
  const atFault = checks.some(isFailed);
  return [...(running.resent?.() ?? []), ...(atFault ? await lastWords(running, options) : [])];
}

/** The digest that was asked for, and others that a runtime may report; the registry is asked only about one that nobody knows. */
async function digestsOfImage(
  spec: StartSpec,
  running: RunningServer,
  reported: string | null,
): Promise<Pick<Started, 'wantedDigest' | 'platformDigests'>> {
  const { platformDigests } = spec;
  const wantedDigest = running.stop === null ? null : (spec.image?.split('@')[1] ?? null);
  const known = reported === null || reported === wantedDigest || platformDigests.includes(reported);
  const other = !known && wantedDigest !== null && (await isOtherName(spec, reported));
  return { wantedDigest, platformDigests: other ? [...platformDigests, reported] : platformDigests };
}

function lookAtStart(facts: RuntimeFacts | null, started: Omit<Started, 'facts'>): Judged[] {
  return startChecks.map((check) =>
    evidenceOf(check, facts === null ? skipped('The server ended at once.') : check.look({ ...started, facts })),
  );
}

async function reachReadiness(options: TrialOptions, running: RunningServer): Promise<Readiness> {
  const { spec, protocol, golden, reporter, contract } = options;
  const { config, server, signal } = spec;
  const known = {
    model: config.name,
    contract,
    outputs: config.model.outputs ?? [],
    examples: golden.map(({ body }) => body),
    // Whether a server of somebody else's has a limit is not known.
    maxBodyBytes: serverKeys[config.server.type].includes('maxBody') ? config.server.maxBodyBytes : null,
    maxRows: server.maxRows?.(config) ?? null,
    anySize: null,
    request: config.server.request,
  };
  const task = reporter.task(`wait until ${running.title} answers`, { estimateMs: 15_000 });
  const readiness = await waitUntilReady({ config, server, protocol, known, golden, running, signal, task });
  if (readiness.finding.verdict === 'failed') task.fail(readiness.finding.message);
  else task.done(readiness.finding.message);
  return readiness;
}

async function measureMemory(
  running: RunningServer,
  end: string | null,
  measured: Measured,
  maxBytes: number | null,
): Promise<Finding> {
  const seen = measured.memory.map((sample) => sample.bytes);
  const most = seen.length === 0 ? null : Math.max(...seen);
  const peakBytes = (end === null ? await running.peakMemory?.() : null) ?? null;
  const memoryPeakBytes = peakBytes ?? most;
  if (seen.length > 1) {
    const memoryRequests = measured.memory.map((sample) => sample.requests);
    measured.seen = { ...measured.seen, memoryCourse: seen, memoryRequests };
  }
  if (memoryPeakBytes !== null) {
    measured.seen = { ...measured.seen, memoryPeakBytes };
    measured.details.push(`memory of the host: ${bytes(memoryPeakBytes)} at most`);
  }
  return judgePeak(peakBytes, measured.memory, maxBytes, running.memoryUnseen);
}

function lookAtUse(use: GpuUse | undefined, ran: boolean, maxBytes: number | null, measured: Measured): Judged[] {
  // Without a GPU there is nothing to say, unless somebody set a limit.
  if (use === undefined) return maxBytes === null ? [] : [evidenceOf(gpuMemory, judgeGpuMemory(null, maxBytes))];
  demandDriver(use);
  measured.details.push(describeUse(use));
  const { peakMiB, riseMiB, utilisation, samples, devices, driver } = use;
  measured.seen = {
    ...measured.seen,
    gpu: { memoryPeakMiB: peakMiB, memoryRiseMiB: riseMiB, utilisation, samples, devices, driver },
  };
  return [
    evidenceOf(gpuUsed, ran ? judgeUse(use) : skipped('The server was never ready.')),
    evidenceOf(gpuMemory, judgeGpuMemory(use, maxBytes)),
  ];
}

/** Errors of the GPU at the end; `before` is from before the server was told to end. */
async function lookForErrors({ gpu, gpuUnseen }: RunningServer, before: GpuUse | undefined): Promise<Judged[]> {
  if (gpuUnseen !== undefined) return [evidenceOf(gpuErrors, skipped(gpuUnseen))];
  return gpu === undefined ? [] : [evidenceOf(gpuErrors, judgeErrors(await gpu.use(), before?.xids))];
}

type Prepared = Omit<Trial, 'task'>;

async function runCheck(check: Check, trial: Prepared | null, end: string | null, reporter: Reporter): Promise<Judged> {
  if (trial === null || end !== null) return evidenceOf(check, skipped(end ?? 'The server was never ready.'));
  const task = reporter.task(check.title);
  const finding = await check.run({ ...trial, task });
  if (finding.verdict === 'failed') task.fail([finding.message, ...(finding.details ?? []).slice(0, 1)].join(' '));
  else task.done(finding.verdict === 'skipped' ? `skipped: ${finding.message}` : finding.message);
  return evidenceOf(check, finding);
}

async function halt(
  trial: Prepared | null,
  end: string | null,
  reporter: Reporter,
  served: boolean,
): Promise<Judged[]> {
  if (trial === null || end !== null) {
    const reason = skipped(end ?? 'The server was never ready.');
    return [evidenceOf(stop, reason), evidenceOf(inFlight, reason)];
  }
  const task = reporter.task(stop.title, { estimateMs: 5_000 });
  const findings = await stopServer({ ...trial, task }, served);
  if (findings.stop.verdict === 'failed') task.fail(findings.stop.message);
  else task.done(findings.stop.message);
  return [evidenceOf(stop, findings.stop), evidenceOf(inFlight, findings.inFlight)];
}

function evidenceOf({ id, title }: CheckName, { verdict, limit, message, details = [] }: Finding): Judged {
  return { check: { id, title, verdict, limit: limit ?? null, message }, details };
}

function isFailed({ check }: Judged): boolean {
  return check.verdict === 'failed';
}
