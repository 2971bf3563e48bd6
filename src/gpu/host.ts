import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Distribution, distributionOf } from '../process/distribution.ts';
import { askNvidia } from './nvidia/ask.ts';
import { type KernelFacts, kernelFacts, withKernelFacts } from './nvidia/kernel.ts';
import type { NvidiaGpu, NvidiaReport } from './nvidia/report.ts';
import { onPciBus, otherVendors } from './other-vendors.ts';

export interface HostProbe {
  readonly gpus: readonly NvidiaGpu[];
  /** What the driver says besides; null when it does not work. */
  readonly report: NvidiaReport | null;
  /** What was looked at and what was there, in words. */
  readonly looked: string;
  /** What to do about a missing GPU; null when there is one. */
  readonly fix: string | null;
  readonly kernel: KernelFacts;
  readonly distribution: Distribution;
}

export interface HostProbeOptions {
  /** Root of the file system, for tests; `/` unless said. */
  readonly root?: string;
  readonly signal?: AbortSignal;
}

/** Without device files there is no driver to wait for, and nobody should wait. */
const shortMs = 1_500;
/** A driver without persistence mode initialises every GPU first: seconds on a machine with eight. */
const longMs = 20_000;

/**
 * Looks for GPUs on this machine: asks `nvidia-smi` on the PATH of `environment`, looks for device files and for other makers. Throws
 * only `process/interrupted`. Answers within 1.5 s where there are no device files.
 */
export async function probeHost(
  environment: Readonly<Record<string, string>>,
  { root = '/', signal }: HostProbeOptions = {},
): Promise<HostProbe> {
  const [files, bus, others, kernel, distribution] = await Promise.all([
    deviceFiles(root),
    onPciBus(root),
    otherVendors(root, `${process.platform}-${process.arch}`),
    kernelFacts(root),
    distributionOf(root),
  ]);
  const timeoutMs = files.length === 0 ? shortMs : longMs;
  const onBus = bus['NVIDIA'] ?? 0;
  const answer = await askNvidia({
    environment,
    timeoutMs,
    onBus,
    distribution,
    ...(signal === undefined ? {} : { signal }),
  });
  const rest = [
    files.length === 0 ? 'no /dev/nvidia* device' : `device files ${files.join(', ')}`,
    ...(others.length === 0 ? [] : [`not supported: ${others.join(', ')}`]),
  ].join('; ');
  if ('trouble' in answer) {
    const { said, fix } = withKernelFacts(answer.trouble, kernel, distribution);
    return { gpus: [], report: null, looked: `nvidia-smi: ${said}; ${rest}`, fix, kernel, distribution };
  }
  const report = kernel.switches > 0 && kernel.fabricManager === false ? withoutFabric(answer.report) : answer.report;
  const driver = `driver ${report.driver ?? 'of unknown version'}, CUDA up to ${report.cuda ?? 'unknown'}`;
  const names = report.gpus.map(({ name }) => name).join(', ');
  const looked = `nvidia-smi: ${names} (${driver}); ${rest}`;
  return { gpus: report.gpus, report, looked, fix: null, kernel, distribution };
}

/** On a machine with NVSwitch every program ends with CUDA error 802 until Fabric Manager has set the switches up. */
function withoutFabric(report: NvidiaReport): NvidiaReport {
  const sick = 'Fabric Manager, without which GPUs behind NVSwitch do not compute, is not running';
  return { ...report, gpus: report.gpus.map((gpu) => ({ ...gpu, ailments: [sick, ...gpu.ailments] })) };
}

async function deviceFiles(root: string): Promise<string[]> {
  const names = await readdir(join(root, 'dev')).catch((): string[] => []);
  return names.filter((name) => /^nvidia\d+$/.test(name)).map((name) => `/dev/${name}`);
}
