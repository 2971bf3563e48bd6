import { readdir } from 'node:fs/promises';
import { MlDeployError } from '../errors.ts';
import { run } from '../process/run.ts';

/** One GPU that the driver reports. */
export interface HostGpu {
  readonly name: string;
  readonly memoryMiB: number | null;
  readonly driver: string;
}

export interface HostProbe {
  readonly gpus: readonly HostGpu[];
  /** What was looked at and what was there, in words. */
  readonly looked: string;
}

/** A probe must never make anybody wait: a hung driver counts as none. */
const probeMs = 1_500;

/**
 * Looks for NVIDIA GPUs on this machine: asks `nvidia-smi` on the PATH of `environment`, and looks for device files. Never throws.
 */
export async function probeHost(environment: Readonly<Record<string, string>>): Promise<HostProbe> {
  const [answer, devices] = await Promise.all([askDriver(environment), deviceFiles()]);
  const files = devices.length === 0 ? 'no /dev/nvidia* device' : `device files ${devices.join(', ')}`;
  return { gpus: answer.gpus, looked: `nvidia-smi: ${answer.said}; ${files}` };
}

async function askDriver(environment: Readonly<Record<string, string>>): Promise<{ gpus: HostGpu[]; said: string }> {
  const args = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader,nounits'];
  try {
    const ended = await run({ command: 'nvidia-smi', args, environment, timeoutMs: probeMs, graceMs: 100 });
    if (ended.exitCode !== 0) return { gpus: [], said: firstLine(ended.stderr || ended.stdout) };
    const gpus = parseQuery(ended.stdout);
    return { gpus, said: gpus.length === 0 ? 'reports no GPU' : gpus.map(({ name }) => name).join(', ') };
  } catch (error) {
    return { gpus: [], said: whyNoAnswer(error) };
  }
}

/** Reads the lines `name, MiB, driver` of `nvidia-smi --query-gpu`; what is not such a line is skipped. */
export function parseQuery(text: string): HostGpu[] {
  return text.split('\n').flatMap((line) => {
    const [name, memory, driver] = line.split(',').map((field) => field.trim());
    if (name === undefined || name === '' || memory === undefined || driver === undefined) return [];
    const memoryMiB = Number(memory);
    return [{ name, memoryMiB: Number.isFinite(memoryMiB) ? memoryMiB : null, driver }];
  });
}

async function deviceFiles(): Promise<string[]> {
  const names = await readdir('/dev').catch((): string[] => []);
  return names.filter((name) => /^nvidia\d+$/.test(name)).map((name) => `/dev/${name}`);
}

function whyNoAnswer(error: unknown): string {
  const code = error instanceof MlDeployError ? error.code : '';
  if (code === 'process/not-found') return 'not installed';
  if (code === 'process/timeout') return `no answer within ${probeMs} ms`;
  return 'could not be run';
}

function firstLine(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return line === '' ? 'failed without a word' : line;
}
