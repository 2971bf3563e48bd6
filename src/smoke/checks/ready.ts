import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import { durationText } from '../../config/units.ts';
import { MlDeployError } from '../../errors.ts';
import type { Task } from '../../pipeline/reporter.ts';
import { discoverAnySize } from '../../server/protocols/any-size.ts';
import type { Discovery, Known, Outcome, Protocol, Send } from '../../server/protocols/protocol.ts';
import type { Server } from '../../server/server.ts';
import type { GoldenRequest } from '../../golden/golden-file.ts';
import { type RunningServer, startLimitMs } from '../runtimes/runtime.ts';
import { failed, type Finding, passed, rightAsks, shorten, skipped } from './check.ts';

const pollMs = 150;

/** As the HTTP client has it. */
const longestAnswerMs = 30_000;

export interface ReadyOptions {
  readonly config: Config;
  readonly server: Server;
  readonly protocol: Protocol;
  readonly known: Known;
  readonly golden: readonly GoldenRequest[];
  readonly running: RunningServer;
  readonly signal: AbortSignal;
  readonly task: Task;
  /** Longest time until the program runs, milliseconds; `startLimitMs` unless said. */
  readonly startMs?: number;
}

export interface Readiness {
  readonly finding: Finding;
  /** Null when the server never came so far that it could be asked. */
  readonly discovery: Discovery | null;
  /** Time from start to the first answered inference, milliseconds. */
  readonly ms: number;
  /** Time from start to the first "ready" of the server itself; null: never. */
  readonly saidReadyMs: number | null;
}

/**
 * Waits until the server is up, says that it is ready, and has answered one real inference: many servers say "ready" before their
 * model is loaded. A server that is busy (503) or silent is asked again until `smoke.readyTimeout`, counted from when it was first seen
 * running; any other answer counts at once. What comes before (a node, the pull) has a limit of its own, and is not the model's fault.
 * Throws when the infrastructure did not get so far as to run it.
 */
export async function waitUntilReady(options: ReadyOptions): Promise<Readiness> {
  const { config, running, signal, startMs = startLimitMs } = options;
  const { readyTimeoutMs } = config.smoke;
  const began = performance.now();
  const elapsed = () => performance.now() - began;
  let runningSince: number | null = null;
  const ranMs = () => (runningSince === null ? 0 : performance.now() - runningSince);
  let saidReadyMs: number | null = null;
  let waitingFor = 'the container';
  let asked = false;
  const over = (finding: Finding, discovery: Discovery | null = null): Readiness => ({
    finding,
    discovery,
    ms: Math.round(elapsed()),
    saidReadyMs,
  });
  const limit = `${durationText(readyTimeoutMs)} (smoke.readyTimeout)`;

  while (ranMs() < readyTimeoutMs) {
    signal.throwIfAborted();
    const state = await running.state();
    if (state.phase === 'ended') return over(failed(`The server never became ready: ${state.reason}.`, limit));
    if (state.phase === 'starting') {
      waitingFor = state.detail;
      options.task.update(state.detail);
      if (runningSince === null && elapsed() >= startMs) throw notStarted(running.title, startMs, waitingFor);
    } else {
      runningSince ??= performance.now();
      const step = await ask(options, () => readyTimeoutMs - ranMs());
      // Requests that the end of the budget cut off tell nothing, unless they are all that there is.
      const counts = ranMs() < readyTimeoutMs || !asked;
      if (counts) waitingFor = step.detail;
      asked = true;
      options.task.update(step.detail);
      if (step.saysReady) saidReadyMs ??= Math.round(elapsed());
      if (counts && step.finding !== null) return over({ ...step.finding, limit }, step.discovery);
    }
    await delay(pollMs, undefined, { signal });
  }
  // The time may have ended before it could say that it was never there.
  const last = await running.state();
  if (last.phase === 'ended') return over(failed(`The server never became ready: ${last.reason}.`, limit));
  const lied = saidReadyMs === null ? '' : ' although it says that it is ready';
  return over(failed(`No inference was answered in time${lied}: ${waitingFor}.`, limit));
}

interface Step {
  /** What is being waited for. */
  readonly detail: string;
  readonly saysReady: boolean;
  readonly finding: Finding | null;
  readonly discovery: Discovery | null;
}

async function ask(options: ReadyOptions, leftMs: () => number): Promise<Step> {
  const { server, config, running, protocol, known, golden, signal } = options;
  const { readyPath: path } = server.probes(config);
  // A server that takes requests and never answers them does not make the budget longer.
  const send: Send = ({ timeoutMs = longestAnswerMs, ...request }) =>
    running.send({ signal, ...request, timeoutMs: Math.max(1, Math.min(timeoutMs, leftMs())) });
  const ready = await send({ method: 'GET', path, timeoutMs: 2_000 });
  const waiting = (detail: string, saysReady: boolean): Step => ({ detail, saysReady, finding: null, discovery: null });
  if (ready.kind === 'none' || ready.status !== 200) {
    const absent = ready.kind === 'answer' && ready.status === 404 ? `: ${noSuchPath(config)}` : '';
    return waiting(`GET ${path}: ${describe(ready)}${absent}`, false);
  }
  const reason = protocol.notReady(ready);
  if (reason !== null) return waiting(`GET ${path}: ${reason}`, false);
  const discovery = await discoverAnySize(protocol, send, known);
  const { fault } = discovery;
  if (fault?.passing === true) return waiting(fault.what, true);
  const [first] = rightAsks({ golden, discovery });
  if (first === undefined && fault !== null) {
    const finding = failed(`It says that it is ready, but ${fault.what}.`);
    return { detail: fault.what, saysReady: true, finding, discovery };
  }
  if (first === undefined) {
    const finding = skipped(`It says that it is ready, but nothing is known to ask it with: ${discovery.open ?? ''}.`);
    return { detail: 'nothing to ask', saysReady: true, finding, discovery };
  }
  const outcome = await send(first.request);
  if (outcome.kind === 'none' || outcome.status === 503) return waiting(`${first.name}: ${describe(outcome)}`, true);
  const finding =
    outcome.status >= 200 && outcome.status < 300
      ? passed('It said that it is ready, and answered a real inference.')
      : failed(
          `It says that it is ready, but ${first.name} was not served: ${shorten(discovery.judge(first, outcome))}`,
        );
  return { detail: 'answered', saysReady: true, finding, discovery };
}

/** A server may have its paths only once it is ready, so it is asked on; whoever waits is told what else it may be. */
function noSuchPath({ server, smoke }: Config): string {
  const own = server.type === 'custom' ? 'server.readyPath' : 'with server.type: custom, server.readyPath';
  const url = smoke.url === null || new URL(smoke.url).pathname === '/' ? '' : '; the path of smoke.url goes before it';
  return `the server has no such path (${own} names another one${url})`;
}

function describe(outcome: Outcome): string {
  if (outcome.kind === 'answer') return `HTTP ${outcome.status}`;
  return { refused: 'nobody listens yet', broken: 'the connection broke', timeout: 'no answer' }[outcome.reason];
}

function notStarted(title: string, limitMs: number, detail: string): MlDeployError {
  return new MlDeployError({
    code: 'smoke/not-started',
    kind: 'infrastructure',
    message: `The ${title} was not started within ${Math.round(limitMs / 1000)} s: ${detail}.`,
    hint: 'Nothing is known against the model. A large image takes its time on a fresh machine: pull it there beforehand, or look at the node or the engine.',
  });
}
