import { MlDeployError } from '../../../errors.ts';
import { chooseDevice, type DeviceChoice, withoutFittingGpu } from '../../../gpu/device.ts';
import { type Device, devicesOf, occupied, unsuitable } from '../../../gpu/devices.ts';
import { probeHost } from '../../../gpu/host.ts';
import type { RuntimeContext } from '../runtime.ts';

export interface ChosenDevices {
  readonly choice: DeviceChoice;
  /** Devices of this machine that would do; empty on the CPU. */
  readonly candidates: readonly Device[];
}

/**
 * Looks for devices of this machine on which image and model can run. Throws `smoke/no-gpu` when one is required and there is none, and
 * `smoke/gpu-unsuitable`, with the arithmetic, when those that are there will not do.
 */
export async function chooseDevices({ config, access, needs, signal }: RuntimeContext): Promise<ChosenDevices> {
  const wish = config.smoke.device;
  if (wish === 'cpu') return { choice: chooseDevice(wish, 0, ''), candidates: [] };
  const { report, looked, fix } = await probeHost(access.environment, { signal });
  if (report === null) return { choice: chooseDevice(wish, 0, looked, fix), candidates: [] };
  const devices = devicesOf(report);
  const judged = devices.map((device) => ({ device, reasons: unsuitable(device, report.driver, needs) }));
  const candidates = judged.filter(({ reasons }) => reasons.length === 0).map(({ device }) => device);
  if (candidates.length >= needs.count) {
    const { device, note } = chooseDevice(wish, candidates.length, looked);
    return { choice: { device, note }, candidates };
  }
  const why = [
    ...judged.flatMap(({ device, reasons }) =>
      reasons.length === 0 ? [] : [`${device.title}: ${reasons.join('; ')}`],
    ),
    ...report.gpus
      .filter(({ mig }) => mig.enabled && mig.devices.length === 0)
      .map(
        ({ index, name }) =>
          `GPU ${index} (${name}): it is in MIG mode and has no MIG devices (sudo nvidia-smi mig -cgi PROFILE -C makes one)`,
      ),
    ...(candidates.length > 0 ? [`${candidates.length} would do, resources.gpu.count is ${needs.count}`] : []),
  ].join('. ');
  return { choice: withoutFittingGpu(wish, 'this machine', why), candidates: [] };
}

/** Looks once more, now that the devices are ours: programs of others may be on them. Throws `smoke/gpu-busy`. */
export async function notOccupied(
  devices: readonly Device[],
  { access, needs, signal }: RuntimeContext,
): Promise<void> {
  const { report } = await probeHost(access.environment, { signal });
  const now = report === null ? [] : devicesOf(report);
  for (const { id } of devices) {
    const device = now.find((each) => each.id === id);
    const reason = device === undefined ? null : occupied(device, needs);
    if (device === undefined || reason === null) continue;
    throw new MlDeployError({
      code: 'smoke/gpu-busy',
      kind: 'infrastructure',
      message: `${device.title} cannot be used now: ${reason}.`,
      hint: 'Wait until these programs have ended, or stop them. Tests of ml-deploy wait for each other; other programs do not.',
    });
  }
}
