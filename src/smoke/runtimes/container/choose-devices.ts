import { chooseDevice, type DeviceChoice, withoutFittingGpu } from '../../../gpu/device.ts';
import { type Device, devicesOf, unsuitable } from '../../../gpu/devices.ts';
import { probeHost } from '../../../gpu/host.ts';
import type { RuntimeContext } from '../runtime.ts';

export interface ChosenDevices {
  readonly choice: DeviceChoice;
  /** Devices of this machine that would do; empty on the CPU. */
  readonly candidates: readonly Device[];
  /** Version of the driver; null: not known. */
  readonly driver: string | null;
}

/**
 * Looks for devices of this machine on which image and model can run. Throws `smoke/no-gpu` when one is required and there is none, and
 * `smoke/gpu-unsuitable`, with the arithmetic, when those that are there will not do.
 */
export async function chooseDevices({ config, access, needs, signal }: RuntimeContext): Promise<ChosenDevices> {
  const wish = config.smoke.device;
  if (wish === 'cpu') return { choice: chooseDevice(wish, 0, ''), candidates: [], driver: null };
  const { report, looked, fix } = await probeHost(access.environment, { signal });
  if (report === null) return { choice: chooseDevice(wish, 0, looked, fix), candidates: [], driver: null };
  const profile = profileOf(config.resources.gpu?.resource);
  const devices = devicesOf(report).filter(({ mig }) => profile === null || mig?.profile === profile);
  const judged = devices.map((device) => ({ device, reasons: unsuitable(device, report.driver, needs) }));
  const candidates = judged.filter(({ reasons }) => reasons.length === 0).map(({ device }) => device);
  if (candidates.length >= needs.count) {
    const { device, note } = chooseDevice(wish, candidates.length, looked);
    return { choice: { device, note }, candidates, driver: report.driver };
  }
  const why = [
    ...(profile !== null && devices.length === 0
      ? [
          `resources.gpu.resource asks for a MIG device ${profile}, and this machine has none (nvidia-smi -L lists them)`,
        ]
      : []),
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
  return { choice: withoutFittingGpu(wish, 'this machine', why), candidates: [], driver: null };
}

/** The MIG profile that the deployed pods ask for: `1g.10gb`; null: any device will do. */
function profileOf(resource: string | undefined): string | null {
  return /^nvidia\.com\/mig-(.+?)(?:\.shared)?$/.exec(resource ?? '')?.[1] ?? null;
}
