import type { GpuNeeds } from './needs.ts';
import { gib, memoryFit, type MemoryFit } from './memory-fit.ts';
import { softwareReasons, type SoftwareView } from './software.ts';
import type { GpuMemory, GpuProcess, MigDevice, NvidiaGpu, NvidiaReport } from './nvidia/report.ts';

/** What a container can be given: a whole GPU, or a MIG device of one. */
export interface Device {
  /** UUID. */
  readonly id: string;
  /** For people: `GPU 0 (Tesla T4)`. */
  readonly title: string;
  /** Names under which the Container Device Interface may know it, best first. */
  readonly cdiNames: readonly string[];
  readonly gpu: NvidiaGpu;
  readonly mig: MigDevice | null;
}

const mebi = 1024 * 1024;

/** Everything on this machine that a container can be given. A GPU in MIG mode is only there as its parts. */
export function devicesOf({ gpus }: NvidiaReport): readonly Device[] {
  return gpus.flatMap((gpu): Device[] => {
    if (!gpu.mig.enabled) return gpu.uuid === null ? [] : [whole(gpu, gpu.uuid)];
    return gpu.mig.devices.flatMap((mig) => (mig.uuid === null ? [] : [part(gpu, mig, mig.uuid)]));
  });
}

function whole(gpu: NvidiaGpu, id: string): Device {
  return { id, title: `GPU ${gpu.index} (${gpu.name})`, cdiNames: [id, String(gpu.index)], gpu, mig: null };
}

function part(gpu: NvidiaGpu, mig: MigDevice, id: string): Device {
  const title = `MIG device ${gpu.index}:${mig.index} (${gpu.name}${mig.profile === null ? '' : `, ${mig.profile}`})`;
  return { id, title, cdiNames: [id, `${gpu.index}:${mig.index}`], gpu, mig };
}

/** Memory of the device itself. */
export function memoryOf({ gpu, mig }: Device): GpuMemory {
  return mig?.memory ?? gpu.memory;
}

/** Its name as the driver writes it, with the profile of a MIG device. */
export function productOf({ gpu, mig }: Device): string {
  return mig?.profile === null || mig === null ? gpu.name : `${gpu.name} MIG ${mig.profile}`;
}

/** Programs on the device itself. */
export function processesOn({ gpu, mig }: Device): readonly GpuProcess[] {
  return mig === null ? gpu.processes : gpu.processes.filter(({ gpuInstance }) => gpuInstance === mig.gpuInstance);
}

/**
 * Why the device will never do for this image and model, each with its arithmetic; empty when it will.
 * @param device that is judged
 * @param driver version of the driver, such as `535.54.03`
 * @param needs of image and model
 */
export function unsuitable(device: Device, driver: string | null, needs: GpuNeeds): string[] {
  const { gpu } = device;
  const reasons: string[] = [];
  if (device.mig !== null && needs.count > 1) {
    reasons.push(`a program can use one MIG device only, and resources.gpu.count is ${needs.count}`);
  }
  if (gpu.computeMode === 'prohibited') reasons.push('its compute mode is Prohibited (sudo nvidia-smi -c 0 allows it)');
  for (const ailment of gpu.ailments) reasons.push(`it is not well: ${ailment}`);
  reasons.push(...fitOf(device, needs).reasons);
  reasons.push(...softwareReasons(softwareView(device, driver), needs));
  return reasons;
}

/** What its versions and its kind say to software. */
export function softwareView({ gpu, title }: Device, driver: string | null): SoftwareView {
  return { title, product: gpu.name, capability: gpu.capability, driver };
}

/** Whether image and model fit into the memory of the device itself. */
export function fitOf(device: Device, needs: GpuNeeds): MemoryFit {
  const { totalMiB } = memoryOf(device);
  return memoryFit(totalMiB === null ? null : totalMiB * mebi, needs);
}

/** A driver that is up has less than this for itself; with more in use and no process shown, somebody is there whom it does not show. */
export const unseenMiB = 1_024;

/** Programs of others keep a device from being used. */
export interface Occupation {
  readonly reason: string;
  /** They may end by themselves: a display does not. */
  readonly leaves: boolean;
}

/**
 * Why the device cannot be used now, since programs that are not ours are on it; null when it can, or nobody can tell.
 * @param device that is judged
 * @param needs of image and model
 * @param share of its memory that the server takes when it starts; null: not known
 */
export function occupied(device: Device, needs: GpuNeeds, share: number | null): Occupation | null {
  const who = othersOn(device);
  const computing = processesOn(device).filter(({ computes }) => computes);
  if (device.gpu.computeMode === 'exclusive' && computing.length > 0) {
    return { reason: `its compute mode admits one process, and it has ${who}`, leaves: true };
  }
  const { freeMiB, totalMiB } = memoryOf(device);
  // A driver that is up takes some for itself: only what others hold is counted against them.
  if (freeMiB === null || who === null) return null;
  const weights = needs.weightsCertain ? (needs.weightsBytes ?? 0) / needs.count : 0;
  const known = Math.max(needs.memoryBytes ?? 0, weights);
  const taken = (share ?? 0) * (totalMiB ?? 0) * mebi;
  if (freeMiB * mebi >= Math.max(known, taken)) return null;
  const asked =
    taken > known
      ? `${gib(taken)} are needed, since the server takes ${percent(share)} of it`
      : `${gib(known)} are needed`;
  return {
    reason: `${gib(freeMiB * mebi)} of its memory are free, ${asked}; in use by ${who}`,
    leaves: computing.length > 0 || processesOn(device).length === 0,
  };
}

/** Who is there besides, in words; null: nobody, as far as can be seen. */
export function othersOn(device: Device): string | null {
  const { usedMiB } = memoryOf(device);
  const all = processesOn(device).toSorted((a, b) => (b.usedMiB ?? 0) - (a.usedMiB ?? 0));
  if (all.length === 0) {
    if (usedMiB === null || usedMiB <= unseenMiB) return null;
    return `programs that the driver does not show here, with ${gib(usedMiB * mebi)}`;
  }
  const named = all
    .slice(0, 5)
    .map(({ pid, name, usedMiB: mib }) => `process ${pid} ${name}${mib === null ? '' : ` with ${gib(mib * mebi)}`}`);
  return [...named, ...(all.length > 5 ? [`${all.length - 5} more`] : [])].join(', ');
}

/** Whether others compute there, also programs that the driver does not show: more than a display. */
export function isShared(device: Device): boolean {
  if (othersOn(device) === null) return false;
  const programs = processesOn(device);
  return programs.length === 0 || programs.some(({ computes }) => computes);
}

function percent(share: number | null): string {
  return `${Math.round((share ?? 0) * 100)} %`;
}

/** What is said of a device that is used beside others when nobody knows whether it has enough memory for both; null: nothing. */
export function besideOthers(device: Device, needs: GpuNeeds, share: number | null): string | null {
  const { freeMiB } = memoryOf(device);
  const who = othersOn(device);
  if (who === null || !isShared(device) || share !== null || needs.memoryBytes !== null) return null;
  const free = freeMiB === null ? '' : `${gib(freeMiB * mebi)} of its memory are free; `;
  return `${device.title} is used by others, too: ${who}. ${free}how much this model needs is not known (resources.gpu.memory would say it)`;
}
