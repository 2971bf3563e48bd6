import type { GpuNeeds } from './needs.ts';
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

/** Memory of GPUs is counted in powers of two. */
function gib(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}

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
  const total = memoryOf(device).totalMiB;
  const there = total === null ? null : total * mebi;
  const major = driver === null ? NaN : Number.parseInt(driver, 10);
  const reasons: string[] = [];
  if (device.mig !== null && needs.count > 1) {
    reasons.push(`a program can use one MIG device only, and resources.gpu.count is ${needs.count}`);
  }
  if (gpu.computeMode === 'prohibited') reasons.push('its compute mode is Prohibited (sudo nvidia-smi -c 0 allows it)');
  for (const ailment of gpu.ailments) reasons.push(`it is not well: ${ailment}`);
  if (there !== null && needs.memoryBytes !== null && there < needs.memoryBytes) {
    reasons.push(`it has ${gib(there)} of memory, resources.gpu.memory asks for ${gib(needs.memoryBytes)}`);
  }
  if (there !== null && needs.weightsBytes !== null && there * needs.count < needs.weightsBytes) {
    const all = needs.count === 1 ? gib(there) : `${needs.count} x ${gib(there)} = ${gib(there * needs.count)}`;
    reasons.push(`the model's files alone take ${gib(needs.weightsBytes)}, its memory is ${all}`);
  }
  if (needs.capability !== null && gpu.capability !== null && gpu.capability < needs.capability.least) {
    const { because, least } = needs.capability;
    reasons.push(`${because} need compute capability ${least.toFixed(1)}, it has ${gpu.capability.toFixed(1)}`);
  }
  if (needs.driver !== null && major < needs.driver.least) {
    reasons.push(`${needs.driver.because} needs a driver of version ${needs.driver.least} or later, it is ${driver}`);
  }
  return reasons;
}

/** Why the device cannot be used now, since programs that are not ours are on it; null when it can. */
export function occupied(device: Device, needs: GpuNeeds): string | null {
  const others = processesOn(device).filter(({ computes }) => computes);
  const who = others
    .map(({ pid, name, usedMiB }) => `process ${pid} ${name}${usedMiB === null ? '' : ` with ${gib(usedMiB * mebi)}`}`)
    .join(', ');
  if (device.gpu.computeMode === 'exclusive' && others.length > 0) {
    return `its compute mode admits one process, and it has ${who}`;
  }
  const free = memoryOf(device).freeMiB;
  const asked = Math.max(needs.memoryBytes ?? 0, (needs.weightsBytes ?? 0) / needs.count);
  // A driver that is up takes some for itself: only what others hold is counted against them.
  if (free === null || others.length === 0 || free * mebi >= asked) return null;
  return `${gib(free * mebi)} of its memory are free, ${gib(asked)} are needed; in use by ${who}`;
}
