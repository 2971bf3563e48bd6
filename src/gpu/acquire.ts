import { setTimeout as delay } from 'node:timers/promises';
import { MlDeployError } from '../errors.ts';
import type { Device } from './devices.ts';
import { type DeviceLock, type Holder, holderOf, tryLock } from './lock.ts';

/** Devices that are ours until they are released. */
export interface Acquired {
  readonly devices: readonly Device[];
  readonly release: () => Promise<void>;
}

export interface AcquireOptions {
  readonly count: number;
  /** What others are told. */
  readonly what: string;
  /** Longest waiting, milliseconds. */
  readonly waitMs: number;
  /** What is told of it, where a part is over already; `waitMs` unless said. */
  readonly wholeMs?: number;
  readonly signal: AbortSignal;
  /** Told when it has to wait, and for whom: a sentence. */
  readonly onWait: (reason: string) => void;
}

/** Nobody may tell us when all of several devices are free: then we look again. */
const lookAgainMs = 2_000;

/**
 * Takes `count` of these devices for this run alone; waits while other runs of this machine have them. Throws `smoke/gpu-busy` after
 * `waitMs`, naming who has them and since when.
 */
export async function acquire(candidates: readonly Device[], options: AcquireOptions): Promise<Acquired> {
  const { count, what, waitMs, signal, onWait } = options;
  const holder: Holder = { what, pid: process.pid, since: new Date().toISOString() };
  const began = performance.now();
  let told = '';
  for (;;) {
    signal.throwIfAborted();
    const taken = await takeAll(candidates, count, holder);
    if (taken !== null) return taken;
    const left = waitMs - (performance.now() - began);
    const busy = await Promise.all(
      candidates.map(async (device) => ({ device, by: await holderOf(device.id, signal) })),
    );
    const held = busy.flatMap(({ device, by }) => (by === null ? [] : [{ device, ...by }]));
    try {
      const reason = held.map(({ device, holder: by }) => describe(device, by)).join('; ');
      if (left <= 0) throw stillBusy(reason, options.wholeMs ?? waitMs);
      if (reason !== told && reason !== '') onWait(reason);
      told = reason;
      const pause = delay(Math.min(left, held.length === 0 ? 20 + 50 * Math.random() : lookAgainMs), undefined, {
        signal,
      });
      await Promise.race([pause, ...held.map(({ gone }) => gone.catch(() => undefined))]);
    } finally {
      for (const { close } of held) close();
    }
  }
}

async function takeAll(candidates: readonly Device[], count: number, holder: Holder): Promise<Acquired | null> {
  const taken: { device: Device; lock: DeviceLock }[] = [];
  const release = async (): Promise<void> => {
    await Promise.all(taken.map(({ lock }) => lock.release()));
  };
  for (const device of candidates) {
    if (taken.length === count) break;
    const lock = await tryLock(device.id, holder);
    if (lock !== null) taken.push({ device, lock });
  }
  if (taken.length === count) return { devices: taken.map(({ device }) => device), release };
  // Nobody may hold one while waiting for another: two of them would wait for ever.
  await release();
  return null;
}

function describe({ title }: Device, holder: Holder | null): string {
  return holder === null
    ? `${title} is held by a run that does not answer`
    : `${title} is held by ${holder.what} (process ${holder.pid}) since ${holder.since}`;
}

function stillBusy(reason: string, waitMs: number): MlDeployError {
  return new MlDeployError({
    code: 'smoke/gpu-busy',
    kind: 'infrastructure',
    message: `No GPU became free within ${Math.round(waitMs / 1000)} s (smoke.deviceWait): ${reason}.`,
    hint: 'Raise smoke.deviceWait, or give the tests more GPUs.',
  });
}
