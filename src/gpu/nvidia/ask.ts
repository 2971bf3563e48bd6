import { MlDeployError } from '../../errors.ts';
import type { Distribution } from '../../process/distribution.ts';
import { run } from '../../process/run.ts';
import { withListing } from './listing.ts';
import { type NvidiaGpu, type NvidiaReport, parseReport } from './report.ts';
import { missingDriver } from './kernel.ts';
import { explainOutput, noGpu, silent, type Trouble } from './trouble.ts';

/** What the driver said, or why it said nothing. */
export type Answer = { readonly report: NvidiaReport } | { readonly trouble: Trouble };

export interface Asking {
  /** Environment whose PATH has nvidia-smi. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** NVIDIA GPUs on the PCI bus, to tell a missing driver from a missing GPU. */
  readonly onBus: number;
  /** Whose commands a fix has. */
  readonly distribution: Distribution;
  readonly signal?: AbortSignal;
}

/**
 * Asks the driver of this machine for its GPUs through `nvidia-smi`. Throws only `process/interrupted`.
 * @param asking environment and patience
 */
export async function askNvidia(asking: Asking): Promise<Answer> {
  const [log, capabilities] = await Promise.all([
    smi(asking, ['-x', '-q']),
    smi(asking, ['--query-gpu=uuid,compute_cap', '--format=csv,noheader']),
  ]);
  if (typeof log !== 'string') return { trouble: log };
  const report = parseReport(log);
  if (report === null) return { trouble: explainOutput(log) };
  if (report.gpus.length === 0) {
    const said = `driver ${report.driver ?? 'of unknown version'} lists no GPU`;
    return { trouble: { ...explainOutput('No devices were found'), said } };
  }
  // Older drivers refuse the question; the name of the product answers then.
  const told = withCapabilities(report, typeof capabilities === 'string' ? capabilities : '');
  if (!told.gpus.some(({ mig }) => mig.enabled)) return { report: told };
  const listing = await smi(asking, ['-L']);
  return { report: typeof listing === 'string' ? withListing(told, listing) : told };
}

/** Adds the compute capabilities of `--query-gpu=uuid,compute_cap` to a report. */
export function withCapabilities(report: NvidiaReport, csv: string): NvidiaReport {
  const known = new Map(
    csv.split('\n').flatMap((line): [string, number][] => {
      const [uuid = '', capability = ''] = line.split(',').map((field) => field.trim());
      return /^\d+\.\d+$/.test(capability) ? [[uuid, Number(capability)]] : [];
    }),
  );
  const tell = (gpu: NvidiaGpu): NvidiaGpu => ({ ...gpu, capability: known.get(gpu.uuid ?? '') ?? gpu.capability });
  return { ...report, gpus: report.gpus.map(tell) };
}

async function smi(
  { environment, timeoutMs, onBus, distribution, signal }: Asking,
  args: readonly string[],
): Promise<string | Trouble> {
  try {
    const ended = await run({
      command: 'nvidia-smi',
      args,
      environment,
      timeoutMs,
      graceMs: 100,
      ...(signal === undefined ? {} : { signal }),
    });
    return ended.exitCode === 0 ? ended.stdout : explainOutput(`${ended.stdout}\n${ended.stderr}`);
  } catch (error) {
    if (!(error instanceof MlDeployError) || error.kind === 'interrupted') throw error;
    if (error.code === 'process/not-found') return onBus === 0 ? noGpu : missingDriver(onBus, distribution);
    if (error.code === 'process/timeout') return silent(timeoutMs);
    return { said: `could not be run: ${error.message}`, fix: 'Run nvidia-smi by hand' };
  }
}
