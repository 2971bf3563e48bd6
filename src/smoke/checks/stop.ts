import { setTimeout as delay } from 'node:timers/promises';
import { durationText } from '../../config/units.ts';
import type { HeldRequest } from '../../server/protocols/held-request.ts';
import type { Outcome } from '../../server/protocols/protocol.ts';
import type { Stopped } from '../runtimes/runtime.ts';
import { type Finding, failed, passed, rightAsks, skipped, type Trial } from './check.ts';

/** A request is held back at most this long after SIGTERM: a server that does not show that it drains gets its last byte then. */
const longestHoldMs = 3_000;
const cleanExits = [0, 143];

export interface StopFindings {
  readonly stop: Finding;
  readonly inFlight: Finding;
}

/**
 * Ends the server with SIGTERM while one request is in flight: all but its last byte is sent before, the last byte after the server
 * has noticed. Judges the exit and the answer.
 * @param trial with the server
 * @param served whether the first right request was answered with 2xx before
 */
export async function stopServer(trial: Trial, served: boolean): Promise<StopFindings> {
  const { running, config, measured, server } = trial;
  const exits = [...cleanExits, ...(server.exitCodes ?? [])];
  if (running.stop === null) {
    const ours = skipped('The server was not started by this test, so it is not stopped.');
    return { stop: ours, inFlight: ours };
  }
  // Without a body there is no last byte to hold back.
  const asks = rightAsks(trial);
  const ask = asks.find(({ request }) => (request.body ?? '') !== '');
  const held = ask === undefined ? null : await running.hold(ask.request);
  const limit = `${durationText(config.smoke.stopTimeoutMs)} (smoke.stopTimeout), exit code ${exits.join(' or ')}`;
  const stopping = running.stop();
  const answering = held === null ? null : finishWhenDraining(trial, held);
  const [stopped, answer] = await Promise.all([stopping, answering]);
  measured.stopMs = Math.round(stopped.ms);
  measured.details.push(`stop: exit code ${stopped.exitCode ?? 'unknown'} after ${Math.round(stopped.ms)} ms`);
  const stop = judgeStop(stopped, exits, limit);
  if (ask === undefined) return { stop, inFlight: skipped('No valid request with a body is known.') };
  if (answer === null) {
    return {
      stop,
      inFlight: skipped('A request can only be held in flight over a direct connection, and there is none.'),
    };
  }
  return { stop, inFlight: judgeInFlight(answer, served && ask === asks[0]) };
}

/**
 * Whether it was served to its end. What the answer says is for other checks. A status above is its end only where the same request was served before,
 * but for 503, which refuses it.
 */
function judgeInFlight(outcome: Outcome, served: boolean): Finding {
  if (outcome.kind === 'none')
    return failed('A request that began before SIGTERM was lost: the connection ended without an answer.');
  const { status } = outcome;
  if (status >= 200 && status < 300) return passed('A request that began before SIGTERM was answered.');
  if (status === 503 || (status >= 500 && served))
    return failed(
      `A request that began before SIGTERM was lost: HTTP ${status}${served ? '; before, it was served' : ''}.`,
    );
  return skipped(
    served
      ? `A request that began before SIGTERM was answered with HTTP ${status}: perhaps because its last byte came late.`
      : `A request that began before SIGTERM was answered with HTTP ${status}, and was not served before either.`,
  );
}

function judgeStop({ exitCode, killed }: Stopped, exits: readonly number[], limit: string): Finding {
  if (killed) return failed('It did not end after SIGTERM and had to be killed.', limit);
  if (exitCode === null) return skipped('It ended after SIGTERM; with which exit code could not be found out.');
  if (exits.includes(exitCode)) return passed('It ended by itself after SIGTERM.', limit);
  return failed(`It ended with exit code ${exitCode} after SIGTERM.`, limit);
}

/** Waits until the server shows that the signal has arrived (not ready, or no longer listening), then sends the last byte. */
async function finishWhenDraining({ running, server, config, signal }: Trial, held: HeldRequest) {
  const { readyPath: path } = server.probes(config);
  const began = performance.now();
  const longest = Math.min(longestHoldMs, config.smoke.stopTimeoutMs / 2);
  while (performance.now() - began < longest) {
    const outcome = await running.send({ method: 'GET', path, timeoutMs: 500, signal });
    if (outcome.kind === 'none' || outcome.status !== 200) break;
    await delay(50, undefined, { signal });
  }
  return held.finish();
}
