import { capabilityOfProduct } from '../capability.ts';
import { brokenFields, child, children, type Element, number, readLog, text } from './fields.ts';

/** Memory in MiB; null: the driver does not say. */
export interface GpuMemory {
  readonly totalMiB: number | null;
  readonly usedMiB: number | null;
  readonly freeMiB: number | null;
}

/** Errors of the memory that were corrected, and that were not; null: not counted. */
export interface EccCounts {
  readonly corrected: number | null;
  readonly uncorrected: number | null;
}

/** A part of a GPU with memory and cores of its own (Multi-Instance GPU). */
export interface MigDevice {
  /** Number within its GPU. */
  readonly index: number;
  /** `MIG-...`; null until `nvidia-smi -L` was asked: the XML does not say it. */
  readonly uuid: string | null;
  /** `3g.20gb`; null as for uuid. */
  readonly profile: string | null;
  readonly gpuInstance: number | null;
  readonly memory: GpuMemory;
  readonly ecc: EccCounts;
}

/** A program on a GPU, by its process id on the host. */
export interface GpuProcess {
  readonly pid: number;
  /** It computes (CUDA), and does not only draw. */
  readonly computes: boolean;
  readonly name: string;
  readonly usedMiB: number | null;
  /** Which MIG device it is on; null: none. */
  readonly gpuInstance: number | null;
}

/** One GPU as the driver describes it. */
export interface NvidiaGpu {
  /** Position in the list, as `--gpus device=0` counts. */
  readonly index: number;
  /** `00000000:3B:00.0` */
  readonly busId: string;
  readonly name: string;
  /** `GPU-...`; null only when the driver does not know. */
  readonly uuid: string | null;
  /** Such as `Hopper`. */
  readonly architecture: string | null;
  /** Such as 8.9; null when neither the driver nor its name tells. */
  readonly capability: number | null;
  readonly memory: GpuMemory;
  /** Share of time in which it computed, percent. */
  readonly utilisation: number | null;
  readonly temperatureC: number | null;
  readonly computeMode: 'default' | 'exclusive' | 'prohibited' | null;
  readonly ecc: { readonly enabled: boolean; readonly now: EccCounts; readonly ever: EccCounts };
  /** Why the GPU should not be used before somebody has acted: `reset required`; empty when it is well. */
  readonly ailments: readonly string[];
  readonly mig: { readonly enabled: boolean; readonly devices: readonly MigDevice[] };
  readonly processes: readonly GpuProcess[];
}

export interface NvidiaReport {
  /** `580.65.06` */
  readonly driver: string | null;
  /** The newest CUDA that the driver can run: `13.0`. */
  readonly cuda: string | null;
  readonly gpus: readonly NvidiaGpu[];
}

/** Reads what `nvidia-smi -x -q` prints, of drivers from 375 on; null when it is no such document. */
export function parseReport(xml: string): NvidiaReport | null {
  const log = readLog(xml);
  if (log === null) return null;
  return {
    driver: text(log, 'driver_version'),
    cuda: text(log, 'cuda_version'),
    gpus: children(log, 'gpu').map(gpuOf),
  };
}

function gpuOf(gpu: Element, index: number): NvidiaGpu {
  const name = text(gpu, 'product_name') ?? 'NVIDIA GPU of unknown model';
  const volatile = child(gpu, 'ecc_errors', 'volatile');
  return {
    index,
    busId: text(gpu, '@id') ?? text(gpu, 'pci', 'pci_bus_id') ?? '',
    name,
    uuid: text(gpu, 'uuid'),
    architecture: text(gpu, 'product_architecture'),
    capability: capabilityOfProduct(name),
    memory: memoryOf(gpu),
    utilisation: number(gpu, 'utilization', 'gpu_util'),
    temperatureC: number(gpu, 'temperature', 'gpu_temp'),
    computeMode: computeModeOf(text(gpu, 'compute_mode')),
    ecc: {
      enabled: text(gpu, 'ecc_mode', 'current_ecc') === 'Enabled',
      now: eccOf(volatile),
      ever: eccOf(child(gpu, 'ecc_errors', 'aggregate')),
    },
    ailments: ailmentsOf(gpu),
    mig: {
      enabled: text(gpu, 'mig_mode', 'current_mig') === 'Enabled',
      devices: children(gpu, 'mig_devices', 'mig_device').map(migOf),
    },
    processes: children(gpu, 'processes', 'process_info').flatMap(processOf),
  };
}

function memoryOf(owner: Element): GpuMemory {
  const of = (field: string) => number(owner, 'fb_memory_usage', field);
  return { totalMiB: of('total'), usedMiB: of('used'), freeMiB: of('free') };
}

function computeModeOf(said: string | null): NvidiaGpu['computeMode'] {
  if (said === null) return null;
  if (/^prohibited$/i.test(said)) return 'prohibited';
  return /^exclusive/i.test(said) ? 'exclusive' : 'default';
}

/** Up to Volta: `single_bit` and `double_bit` with a total; since Ampere: fields `..._correctable` and `..._uncorrectable...`. */
function eccOf(counts: Element): EccCounts {
  const old = { corrected: number(counts, 'single_bit', 'total'), uncorrected: number(counts, 'double_bit', 'total') };
  if (old.corrected !== null || old.uncorrected !== null) return old;
  const names = typeof counts === 'object' && counts !== null ? Object.keys(counts) : [];
  const sum = (wanted: RegExp): number | null => {
    const found = names.filter((name) => wanted.test(name)).map((name) => number(counts, name));
    const known = found.filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
  };
  return { corrected: sum(/_correctable$/), uncorrected: sum(/_uncorrectable/) };
}

function migOf(device: Element, position: number): MigDevice {
  return {
    index: number(device, 'index') ?? position,
    uuid: text(device, 'uuid'),
    profile: null,
    gpuInstance: number(device, 'gpu_instance_id'),
    memory: memoryOf(device),
    ecc: eccOf(child(device, 'ecc_error_count', 'volatile_count')),
  };
}

function processOf(info: Element): GpuProcess[] {
  const pid = number(info, 'pid');
  if (pid === null) return [];
  return [
    {
      pid,
      computes: /C/.test(text(info, 'type') ?? 'C'),
      name: text(info, 'process_name') ?? '',
      usedMiB: number(info, 'used_memory'),
      gpuInstance: number(info, 'gpu_instance_id'),
    },
  ];
}

/** Sources: https://docs.nvidia.com/deploy/a100-gpu-mem-error-mgmt/ and the descriptions of fields in `man nvidia-smi`. */
function ailmentsOf(gpu: Element): string[] {
  const said = (wanted: string, ...path: string[]) => text(gpu, ...path)?.toLowerCase() === wanted;
  const action = text(gpu, 'gpu_recovery_action');
  const remapping = said('yes', 'remapped_rows', 'remapped_row_pending');
  return [
    ...(action === null || action === 'None' ? [] : [`the driver asks for: ${action}`]),
    ...(said('in progress', 'fabric', 'state') ? ['its NVLink fabric is not set up yet (Fabric Manager)'] : []),
    ...(said('yes', 'gpu_reset_status', 'reset_required') ? ['a reset is required'] : []),
    ...(said('yes', 'remapped_rows', 'remapped_row_failure') ? ['its memory has rows that could not be remapped'] : []),
    ...(remapping ? ['rows of its memory wait for a reset to be remapped'] : []),
    ...(said('yes', 'retired_pages', 'pending_retirement')
      ? ['pages of its memory wait for a reset to be retired']
      : []),
    ...brokenFields(gpu).slice(0, 3),
  ];
}
