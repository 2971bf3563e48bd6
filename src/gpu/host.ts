import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { askNvidia } from './nvidia/ask.ts';
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
  const [files, bus, others] = await Promise.all([
    deviceFiles(root),
    onPciBus(root),
    otherVendors(root, `${process.platform}-${process.arch}`),
  ]);
  const timeoutMs = files.length === 0 ? shortMs : longMs;
  const asking = { environment, timeoutMs, onBus: bus['NVIDIA'] ?? 0, ...(signal === undefined ? {} : { signal }) };
  const answer = await askNvidia(asking);
  const rest = [
    files.length === 0 ? 'no /dev/nvidia* device' : `device files ${files.join(', ')}`,
    ...(others.length === 0 ? [] : [`not supported: ${others.join(', ')}`]),
  ].join('; ');
  if ('trouble' in answer) {
    const { said, fix } = answer.trouble;
    return { gpus: [], report: null, looked: `nvidia-smi: ${said}; ${rest}`, fix };
  }
  const { report } = answer;
  const driver = `driver ${report.driver ?? 'of unknown version'}, CUDA up to ${report.cuda ?? 'unknown'}`;
  const names = report.gpus.map(({ name }) => name).join(', ');
  return { gpus: report.gpus, report, looked: `nvidia-smi: ${names} (${driver}); ${rest}`, fix: null };
}

async function deviceFiles(root: string): Promise<string[]> {
  const names = await readdir(join(root, 'dev')).catch((): string[] => []);
  return names.filter((name) => /^nvidia\d+$/.test(name)).map((name) => `/dev/${name}`);
}
