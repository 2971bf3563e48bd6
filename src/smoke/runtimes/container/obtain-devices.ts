import { cpuInstead, type DeviceChoice } from '../../../gpu/device.ts';
import { besideOthers, type Device, fitOf, softwareView } from '../../../gpu/devices.ts';
import { softwareWarnings } from '../../../gpu/software.ts';
import type { RuntimeContext, StartSpec } from '../runtime.ts';
import { type ChosenDevices, chooseDevices } from './choose-devices.ts';
import { type DeviceGrant, grantable, grantDevices, noDevices, noToolkit } from './device-grant.ts';
import { type Engine, engineOf } from './engine.ts';
import { removeLeftovers } from './leftovers.ts';
import { takeDevices } from './take-devices.ts';
import { probeToolkit, type Toolkit } from './toolkit.ts';

/** What a container is given, until it is released. */
export interface Obtained {
  readonly choice: DeviceChoice;
  /** Empty on the CPU. */
  readonly devices: readonly Device[];
  readonly grant: DeviceGrant;
  /** What may become a problem on these devices. */
  readonly warnings: readonly string[];
  /** Containers of dead runs that were removed before. */
  readonly leftovers: readonly string[];
  readonly release: () => Promise<void>;
}

export interface GrantableDevices extends ChosenDevices {
  /** null: no device is wanted. */
  readonly toolkit: Toolkit | null;
}

/**
 * The devices that will do and that this engine can hand over; on the CPU none. Throws `smoke/no-gpu`, `smoke/gpu-unsuitable` and
 * `smoke/no-toolkit` when one is required.
 */
export async function grantableDevices(engine: Engine, context: RuntimeContext): Promise<GrantableDevices> {
  const chosen = await chooseDevices(context);
  if (chosen.candidates.length === 0) return { ...chosen, toolkit: null };
  const { needs, access, config } = context;
  const toolkit = await probeToolkit(engine, access.environment);
  const candidates = grantable(engine, toolkit, chosen.candidates);
  if (candidates.length >= needs.count) return { ...chosen, candidates, toolkit };
  const missing = chosen.candidates.filter((device) => !candidates.includes(device));
  const error = noToolkit(engine, toolkit, missing);
  return { choice: cpuInstead(config.smoke.device, error), candidates: [], driver: null, toolkit: null };
}

/**
 * Takes devices for one test, waiting for them, and removes what dead runs left. A GPU that is only preferred and that others keep is
 * given up for the CPU. Throws `smoke/gpu-busy`, `smoke/gpu-fault` and what `grantableDevices` throws.
 * @param engine that gets them
 * @param spec of the test
 * @param everyMs between two looks whether programs of others have gone
 */
export async function obtainDevices(engine: Engine, spec: StartSpec, everyMs: number): Promise<Obtained> {
  const chosen = await grantableDevices(engine, spec);
  const { choice, toolkit } = chosen;
  if (toolkit === null) return withoutDevices(engine, spec, choice);
  const leftovers: string[] = [];
  const clear = async (): Promise<void> => {
    leftovers.push(...(await allLeftovers(engine, spec, true)));
  };
  try {
    const acquired = await takeDevices(spec, { candidates: chosen.candidates, clear, everyMs });
    try {
      const grant = grantDevices(engine, toolkit, acquired.devices);
      const said = acquired.devices.flatMap((device) => warningsOf(device, chosen.driver, spec));
      for (const warning of said) spec.reporter.note('warning', warning);
      return { ...acquired, choice, grant, warnings: said, leftovers };
    } catch (error) {
      await acquired.release();
      throw error;
    }
  } catch (error) {
    const instead = cpuInstead(spec.config.smoke.device, error);
    spec.reporter.note('warning', instead.note);
    return withoutDevices(engine, spec, instead);
  }
}

function warningsOf(device: Device, driver: string | null, { config, needs, server }: StartSpec): string[] {
  const beside = besideOthers(device, needs, server.gpuShare?.(config) ?? null);
  return [
    ...(beside === null ? [] : [beside]),
    ...fitOf(device, needs).warnings.map((warning) => `${device.title}: ${warning}`),
    ...softwareWarnings(softwareView(device, driver), needs),
  ];
}

async function withoutDevices(engine: Engine, spec: StartSpec, choice: DeviceChoice): Promise<Obtained> {
  const leftovers = await allLeftovers(engine, spec, false);
  return { choice, devices: [], grant: noDevices, warnings: [], leftovers, release: () => Promise.resolve() };
}

/** Those of this engine; and of the other one, when a device is wanted that they may hold. */
async function allLeftovers(engine: Engine, spec: StartSpec, deviceWanted: boolean): Promise<readonly string[]> {
  const { access, signal, reporter } = spec;
  const other = engineOf(engine.name === 'docker' ? 'podman' : 'docker', access);
  const [own, others] = await Promise.all([
    removeLeftovers(engine, signal),
    // Most machines have only one of them.
    deviceWanted ? removeLeftovers(other, signal).catch((): string[] => []) : [],
  ]);
  const all = [...own, ...others];
  for (const left of all) reporter.note('info', `Removed ${left}, left behind by a run that died.`);
  return all;
}
