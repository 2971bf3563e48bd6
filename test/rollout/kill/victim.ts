import { join } from 'node:path';
import { expect } from 'vitest';
import type { Engine, Scenario } from '../scenario.ts';
import { ApiProxy } from './api-proxy.ts';
import type { Passing } from './api-proxy.ts';
import type { StageOptions } from './stage.ts';

/** Where an engine is killed: at a write by its number in the run, or at the nth write that is labelled so, or `plus` writes later. */
export type Moment = number | { readonly label: string; readonly nth: number; readonly plus?: number };

/** How it is killed: before the API server sees the write, or when it was done and before the engine hears so. */
export type When = 'before' | 'after';

/** An engine that ran behind a proxy which killed it. */
export interface Victim {
  /** Label of the write at which it was killed; null when it came to its end before. */
  readonly label: string | null;
  /** Whether the watchdog had been released. */
  readonly guarded: boolean;
  readonly killedAt: number;
  /** Labels of all writes. */
  readonly writes: readonly string[];
  readonly output: string;
}

/**
 * Runs a command and kills its engine with SIGKILL at a write. The list of writes is the run's own: nothing in the product knows of it.
 * `whole` is the exit code of a run that ends before that write.
 */
export async function killAt(
  scenario: Scenario,
  command: string,
  options: StageOptions,
  { at, when, whole = 0 }: { readonly at: Moment; readonly when: When; readonly whole?: number },
): Promise<Victim> {
  await using proxy = await ApiProxy.start(scenario.cluster.kubeconfigPath, join(scenario.folder, 'proxied'));
  const running: { engine?: Engine; label: string | null; guarded: boolean; killedAt: number } = {
    label: null,
    guarded: false,
    killedAt: 0,
  };
  const kill = (): void => {
    running.killedAt = performance.now();
    running.engine?.process.kill('SIGKILL');
  };
  const isMoment = momentOf(at);
  proxy.decide = (request) => {
    if (running.label !== null) return { do: 'reset' };
    const now = isMoment(request);
    if (request.label.startsWith('PATCH jobs/')) running.guarded ||= !now || when === 'after';
    if (!now) return { do: 'pass' };
    running.label = request.label;
    if (when === 'after') return { do: 'lose', then: kill };
    kill();
    return { do: 'reset' };
  };
  running.engine = await scenario.engine(command, { ...options, kubeconfig: proxy.kubeconfig });
  const code = await running.engine.ended;
  const output = running.engine.output();
  const { label, guarded, killedAt } = running;
  expect(code, output).toBe(label === null ? whole : 'SIGKILL');
  return { label, guarded, killedAt, output, writes: proxy.writes };
}

function momentOf(at: Moment): (request: Passing) => boolean {
  if (typeof at === 'number') return ({ write }) => write === at;
  let seen = 0;
  let due = Infinity;
  return ({ write, label }) => {
    if (write > 0 && label === at.label && ++seen === at.nth) due = write + (at.plus ?? 0);
    return write === due;
  };
}
