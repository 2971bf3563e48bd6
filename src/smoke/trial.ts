import { serverKeys } from '../config/server-rules.ts';
import { setTimeout as delay } from 'node:timers/promises';
import type { GpuWatch } from '../gpu/watch.ts';
import type { CheckEvidence, Contract } from '../pipeline/evidence.ts';
import { bytes } from '../report/format.ts';
import type { Reporter } from '../pipeline/reporter.ts';
import type { Protocol } from '../server/protocols/protocol.ts';
import {
  type Check,
  type CheckName,
  failed,
  type Finding,
  type Measured,
  passed,
  skipped,
  type Started,
  type Trial,
} from './checks/check.ts';
import { servingChecks, startChecks } from './checks/index.ts';
import { describeUse, gpuErrors, gpuUsed, judgeErrors, judgeUse } from './checks/gpu.ts';
import { type Readiness, waitUntilReady } from './checks/ready.ts';
import { stopServer } from './checks/stop.ts';
import type { GoldenRequest } from '../golden/golden-file.ts';
import { isOtherName } from './other-names.ts';
import type { Hardware, RunningServer, Runtime, RuntimeFacts, StartSpec } from './runtimes/runtime.ts';

export interface TrialOptions {
  readonly spec: StartSpec;
  readonly runtime: Runtime;
  readonly protocol: Protocol;
  readonly contract: Contract | null;
  readonly golden: readonly GoldenRequest[];
  readonly reporter: Reporter;
  /** Gets what was seen on the GPUs as CSV, also after a failure; null: nothing was looked at. */
  readonly onGpuSamples?: (csv: string | null) => Promise<void>;
}

export interface TrialResult {
  readonly checks: readonly CheckEvidence[];
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
    details: [],
  };
  const running = await options.runtime.start(options.spec);
  let result: TrialResult;
  try {
    result = await examineRunning(options, running, measured);
  } catch (error) {
    // After an error or an interrupt; what led here matters more than a removal that fails too.
    await running.remove().catch((second: unknown) => {
      options.reporter.note('warning', `${running.title} could not be removed: ${String(second)}`);
    });
    await options.onGpuSamples?.(running.gpu?.csv() ?? null);
    throw error;
  }
  const left = await running.remove();
  await options.onGpuSamples?.(running.gpu?.csv() ?? null);
  const nothing =
    running.stop === null ? skipped('The server was not started by this test.') : passed('All is removed.');
  const finding = left.length === 0 ? nothing : failed(`Still there: ${left.join(', ')}`);
  return { ...result, checks: [...result.checks, evidenceOf(clean, finding)] };
}

async function examineRunning(options: TrialOptions, running: RunningServer, measured: Measured): Promise<TrialResult> {
  const { spec, golden, reporter } = options;
  const { config, server, signal } = spec;
  const checks: CheckEvidence[] = [];
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
      : { config, server, running, facts, ...digests, discovery, golden, signal, measured };
  for (const check of servingChecks) {
    checks.push(await runCheck(check, trial, end, reporter));
    if (trial !== null) end ??= await lostBecause(trial);
  }
  checks.push(evidenceOf(alive, end === null ? passed('It ran to the end of the test.') : failed(end)));
  if (checks.some(({ verdict }) => verdict === 'failed')) await keepLogs(running, reporter, measured);
  const { gpu } = running;
  await measureMemory(running, end, measured);
  if (gpu !== undefined)
    checks.push(await lookAtUse(gpu, trial === null ? 'The server was never ready.' : null, measured));
  checks.push(...(await halt(trial, end, reporter)));
  if (gpu !== undefined) checks.push(evidenceOf(gpuErrors, judgeErrors(await gpu.use())));
  const hardware = facts?.hardware ?? { device: 'cpu', name: 'unknown: the server ended at once' };
  return { checks, hardware, readyMs: readiness.ms, measured };
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

function lookAtStart(facts: RuntimeFacts | null, started: Omit<Started, 'facts'>): CheckEvidence[] {
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

async function measureMemory(running: RunningServer, end: string | null, measured: Measured): Promise<void> {
  const seen = measured.memory.map((sample) => sample.bytes);
  const most = seen.length === 0 ? null : Math.max(...seen);
  const memoryPeakBytes = (end === null ? await running.peakMemory?.() : null) ?? most;
  if (memoryPeakBytes === null) return;
  measured.seen = { ...measured.seen, memoryPeakBytes };
  measured.details.push(`memory of the host: ${bytes(memoryPeakBytes)} at most`);
}

async function lookAtUse(gpu: GpuWatch, neverRan: string | null, measured: Measured): Promise<CheckEvidence> {
  const use = await gpu.use();
  measured.details.push(describeUse(use));
  const { peakMiB, riseMiB, utilisation, samples, devices, driver } = use;
  measured.seen = {
    ...measured.seen,
    gpu: { memoryPeakMiB: peakMiB, memoryRiseMiB: riseMiB, utilisation, samples, devices, driver },
  };
  return evidenceOf(gpuUsed, neverRan === null ? judgeUse(use) : skipped(neverRan));
}

type Prepared = Omit<Trial, 'task'>;

async function runCheck(
  check: Check,
  trial: Prepared | null,
  end: string | null,
  reporter: Reporter,
): Promise<CheckEvidence> {
  if (trial === null || end !== null) return evidenceOf(check, skipped(end ?? 'The server was never ready.'));
  const task = reporter.task(check.title);
  const { gpu } = trial.running;
  const work = () => check.run({ ...trial, task });
  // These requests come one after the other: a model that computes on the GPU keeps it busy.
  const finding = await (check.id === 'latency' && gpu !== undefined ? gpu.whileAsked(work) : work());
  if (finding.verdict === 'failed') task.fail(finding.message);
  else task.done(finding.verdict === 'skipped' ? `skipped: ${finding.message}` : finding.message);
  return evidenceOf(check, finding);
}

async function halt(trial: Prepared | null, end: string | null, reporter: Reporter): Promise<CheckEvidence[]> {
  if (trial === null || end !== null) {
    const reason = skipped(end ?? 'The server was never ready.');
    return [evidenceOf(stop, reason), evidenceOf(inFlight, reason)];
  }
  const task = reporter.task(stop.title, { estimateMs: 5_000 });
  const findings = await stopServer({ ...trial, task });
  if (findings.stop.verdict === 'failed') task.fail(findings.stop.message);
  else task.done(findings.stop.message);
  return [evidenceOf(stop, findings.stop), evidenceOf(inFlight, findings.inFlight)];
}

/** Why the server is over, as a sentence; null while it runs. */
async function endedBecause(running: RunningServer): Promise<string | null> {
  const state = await running.state();
  return state.phase === 'ended' ? `The server is gone: ${state.reason}.` : null;
}

/** A runtime may learn of an end later than the client whose request was refused. */
const newsOfEndMs = 5_000;

/** As endedBecause, but when nobody listens any more, waits for the news why. */
async function lostBecause({ running, server, config, signal }: Prepared): Promise<string | null> {
  const live = await running.send({ method: 'GET', path: server.probes(config).livePath, timeoutMs: 2_000, signal });
  if (live.kind === 'answer' || live.reason !== 'refused') return endedBecause(running);
  const began = performance.now();
  while (performance.now() - began < newsOfEndMs) {
    const end = await endedBecause(running);
    if (end !== null) return end;
    await delay(100, undefined, { signal });
  }
  return 'The server is gone: nobody listens at its port any more.';
}

/** The program's last words, taken while it can still be asked for them. */
async function keepLogs(running: RunningServer, reporter: Reporter, { details }: Measured): Promise<void> {
  for (const line of await running.logs()) {
    reporter.output(running.title, line);
    details.push(`log: ${line.slice(0, 500)}`);
  }
}

function describeReadiness({ finding, ms, saidReadyMs, discovery }: Readiness, { details }: Measured): void {
  details.push(finding.verdict === 'passed' ? `first inference answered after ${ms} ms` : `given up after ${ms} ms`);
  if (saidReadyMs !== null) details.push(`it said "ready" after ${saidReadyMs} ms`);
  if (discovery?.open !== null && discovery?.open !== undefined) details.push(discovery.open);
}

/** The parts of a cold start, where the runtime tells how long its own took. */
function measureStart({ ms, saidReadyMs, finding }: Readiness, facts: RuntimeFacts | null, measured: Measured): void {
  if (facts?.coldStart === undefined) return;
  const { pullMs, createMs } = facts.coldStart;
  const loadMs = saidReadyMs === null ? null : Math.max(0, saidReadyMs - pullMs - createMs);
  const firstAnswerMs = saidReadyMs === null || finding.verdict !== 'passed' ? null : ms - saidReadyMs;
  measured.seen = { ...measured.seen, coldStart: { pullMs, createMs, loadMs, firstAnswerMs } };
  measured.details.push(
    `cold start: pull ${pullMs} ms, create and start ${createMs} ms, load ${loadMs ?? 'unknown'} ms, first answer ${firstAnswerMs ?? 'unknown'} ms`,
  );
}

function evidenceOf({ id, title }: CheckName, { verdict, limit, message }: Finding): CheckEvidence {
  return { id, title, verdict, limit: limit ?? null, message };
}
