import { setTimeout as delay } from 'node:timers/promises';
import type { CheckName, Trial } from './checks/check.ts';
import type { RunningServer } from './runtimes/runtime.ts';

type Served = Pick<Trial, 'running' | 'server' | 'config' | 'signal'>;

/** Why the server is over, as a sentence; null while it runs. */
export async function endedBecause(running: RunningServer): Promise<string | null> {
  const state = await running.state();
  return state.phase === 'ended' ? `The server is gone: ${state.reason}.` : null;
}

/** A runtime may learn of an end later than the client whose request was refused. */
const newsOfEndMs = 5_000;

/** As endedBecause, but when nobody listens any more or connections break, waits for the news why. Says during which check it was seen. */
export async function lostBecause(trial: Served, { id }: CheckName): Promise<string | null> {
  const end = await goneBecause(trial);
  return end === null ? null : `${end.slice(0, -1)}, while it was asked for the check "${id}".`;
}

async function goneBecause({ running, server, config, signal }: Served): Promise<string | null> {
  const began = performance.now();
  for (;;) {
    const live = await running.send({ method: 'GET', path: server.probes(config).livePath, timeoutMs: 2_000, signal });
    const end = await endedBecause(running);
    if (end !== null) return end;
    if (live.kind === 'answer' || live.reason === 'timeout') return null;
    if (performance.now() - began >= newsOfEndMs) {
      return live.reason === 'refused' ? 'The server is gone: nobody listens at its port any more.' : null;
    }
    await delay(100, undefined, { signal });
  }
}
