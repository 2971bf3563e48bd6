import { setTimeout as delay } from 'node:timers/promises';
import { MlDeployError } from '../../../errors.ts';
import { acquire, type Acquired } from '../../../gpu/acquire.ts';
import { type Device, devicesOf, isShared, memoryOf, occupied, type Occupation } from '../../../gpu/devices.ts';
import { gpuFault } from '../../../gpu/gpu-fault.ts';
import { probeHost } from '../../../gpu/host.ts';
import type { Task } from '../../../pipeline/reporter.ts';
import type { RuntimeContext } from '../runtime.ts';

export interface TakeOptions {
  /** Devices that would do. */
  readonly candidates: readonly Device[];
  /** Removes what dead runs left on devices that are now ours. */
  readonly clear: () => Promise<void>;
  /** Between two looks whether programs of others have gone, milliseconds. */
  readonly everyMs: number;
}

/**
 * Takes as many devices as are needed, those first on which nobody else is. Waits for other tests and for programs of others as long as
 * `smoke.deviceWait`, and says for whom. Throws `smoke/gpu-busy`, and `smoke/gpu-fault` when the driver answers no more.
 */
export async function takeDevices(context: RuntimeContext, options: TakeOptions): Promise<Acquired> {
  const { config, needs, signal, reporter } = context;
  const { clear, everyMs } = options;
  const { deviceWaitMs } = config.smoke;
  const began = performance.now();
  const leftMs = () => deviceWaitMs - (performance.now() - began);
  let task: Task | null = null;
  const onWait = (reason: string) => {
    task ??= reporter.task('wait for a GPU');
    task.update(reason);
  };
  let candidates = freestFirst(options.candidates, context);
  try {
    for (;;) {
      const acquired = await acquire(candidates, {
        count: needs.count,
        what: `the smoke test of ${config.name}`,
        waitMs: leftMs(),
        wholeMs: deviceWaitMs,
        signal,
        onWait,
      });
      let taken: readonly Device[] = [];
      try {
        // Only now: a container that holds the device of a dead run must go before anybody counts what is free.
        await clear();
        candidates = freestFirst(await lookAgain(candidates, context), context);
        taken = candidates.filter(({ id }) => acquired.devices.some((device) => device.id === id));
      } finally {
        if (taken.length === 0) await acquired.release();
      }
      const busy = taken.flatMap((device) => {
        const found = occupation(device, context);
        return found === null ? [] : [{ ...found, title: device.title }];
      });
      if (busy.length === 0) {
        (task as Task | null)?.done(taken.map(({ title }) => title).join(', '));
        return { ...acquired, devices: taken };
      }
      await acquired.release();
      const reason = busy.map((one) => `${one.title} cannot be used now: ${one.reason}`).join('; ');
      if (leftMs() <= 0 || busy.every(({ leaves }) => !leaves)) throw keptByOthers(reason, deviceWaitMs);
      onWait(reason);
      await delay(Math.min(leftMs(), everyMs), undefined, { signal });
    }
  } catch (error) {
    (task as Task | null)?.fail('none became free');
    throw error;
  }
}

/** The same devices as they are now. */
async function lookAgain(
  candidates: readonly Device[],
  { access, signal }: RuntimeContext,
): Promise<readonly Device[]> {
  const { report, looked } = await probeHost(access.environment, { signal });
  if (report === null) throw gpuFault('before the start', `the driver does not answer any more, ${looked}`);
  const now = devicesOf(report);
  return candidates.map(({ id, title }) => {
    const device = now.find((each) => each.id === id);
    if (device === undefined) throw gpuFault('before the start', `the driver lists ${title} no more`);
    return device;
  });
}

function occupation(device: Device, { config, needs, server }: RuntimeContext): Occupation | null {
  return occupied(device, needs, server.gpuShare?.(config) ?? null);
}

/** Idle ones, then those on which there is room beside others, then those that others keep; of these two the one with the most free memory. */
function freestFirst(devices: readonly Device[], context: RuntimeContext): readonly Device[] {
  const rank = (device: Device): number => {
    if (occupation(device, context) !== null) return 2;
    return isShared(device) ? 1 : 0;
  };
  // Idle ones keep their order, whatever the driver takes of each: the same one serves from test to test.
  const freeMiB = (device: Device): number => (rank(device) === 0 ? 0 : (memoryOf(device).freeMiB ?? 0));
  return devices.toSorted((a, b) => rank(a) - rank(b) || freeMiB(b) - freeMiB(a));
}

function keptByOthers(reason: string, waitMs: number): MlDeployError {
  return new MlDeployError({
    code: 'smoke/gpu-busy',
    kind: 'infrastructure',
    message: `${reason}.`,
    hint: `Stop these programs, or raise smoke.deviceWait (${Math.round(waitMs / 1000)} s), which is how long a test waits for them to end.`,
  });
}
