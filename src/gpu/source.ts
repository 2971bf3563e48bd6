import { MlDeployError } from '../errors.ts';
import { run } from '../process/run.ts';
import type { Device } from './devices.ts';
import { withListing } from './nvidia/listing.ts';
import { type NvidiaReport, parseReport } from './nvidia/report.ts';
import { explainOutput, silent } from './nvidia/trouble.ts';
import { type KernelLog, xidReader } from './xid.ts';

/** What one look found. */
export interface GpuLook {
  /** Null: there was no answer. */
  readonly report: NvidiaReport | null;
  /** What the driver said instead of an answer, in words; absent where it is not known whether the driver is at fault. */
  readonly trouble?: string;
  /** Process ids of the server, as the driver counts them; null: not known. */
  readonly pids: readonly number[] | null;
  /** Those of them that have opened CUDA; null: that cannot be seen. Absent: nobody looks. */
  readonly cuda?: readonly number[] | null;
}

/** Whom a watch asks: the driver of this machine, or the one in a pod. */
export interface GpuSource {
  /** Never throws. `over`: the place from which one could look is gone, which says nothing against the driver. */
  look(): Promise<GpuLook | 'over'>;
  /** Lines of the kernel's log about errors, the same line always written the same, or why they cannot be read. */
  kernelLog(): Promise<KernelLog>;
}

export interface HostSourceOptions {
  /** Environment whose PATH has nvidia-smi. */
  readonly environment: Readonly<Record<string, string>>;
  readonly devices: readonly Device[];
  /** Process ids of the container on the host; null: not known. */
  readonly pids: () => Promise<readonly number[] | null>;
  /** Longest look, milliseconds; 20 s unless said: a driver without persistence mode initialises every GPU first. */
  readonly lookMs?: number;
}

/** Asks the driver of this machine through `nvidia-smi`. */
export function hostSource({ environment, devices, pids, lookMs = 20_000 }: HostSourceOptions): GpuSource {
  return {
    look: async () => {
      const [answer, own] = await Promise.all([ask(environment, devices, lookMs), pids().catch(() => null)]);
      return { ...answer, pids: own };
    },
    kernelLog: xidReader(environment),
  };
}

async function ask(
  environment: Readonly<Record<string, string>>,
  devices: readonly Device[],
  lookMs: number,
): Promise<Pick<GpuLook, 'report' | 'trouble'>> {
  const gpus = [...new Set(devices.map(({ gpu }) => gpu.uuid))].join(',');
  const args = ['-x', '-q', '-i', gpus];
  try {
    const ended = await run({ command: 'nvidia-smi', args, environment, timeoutMs: lookMs, graceMs: 100 });
    const report = ended.exitCode === 0 ? parseReport(ended.stdout) : null;
    if (report === null) return { report, trouble: explainOutput(`${ended.stdout}\n${ended.stderr}`).said };
    return { report: devices.some(({ mig }) => mig !== null) ? withListing(report, listingOf(devices)) : report };
  } catch (error) {
    const late = error instanceof MlDeployError && error.code === 'process/timeout';
    return { report: null, trouble: late ? silent(lookMs).said : `nvidia-smi could not be run: ${wordsOf(error)}` };
  }
}

function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
}

/** What `nvidia-smi -L` said of these MIG devices when they were chosen: their names do not change while they exist. */
function listingOf(devices: readonly Device[]): string {
  return devices
    .flatMap(({ gpu, mig, id }) => [
      `GPU ${gpu.index}: ${gpu.name} (UUID: ${gpu.uuid ?? ''})`,
      ...(mig === null ? [] : [`  MIG ${mig.profile ?? 'unknown'} Device ${mig.index}: (UUID: ${id})`]),
    ])
    .join('\n');
}
