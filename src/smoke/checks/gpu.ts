import { MlDeployError } from '../../errors.ts';
import type { GpuUse } from '../../gpu/watch.ts';
import { type CheckName, failed, type Finding, passed } from './check.ts';

export const gpuUsed: CheckName = { id: 'gpu-used', title: 'Computes on the GPU' };
export const gpuErrors: CheckName = { id: 'gpu-errors', title: 'The GPU reports no errors' };

/** A context of CUDA takes at least this; a smaller rise may be anything. */
const contextMiB = 32;

/** Whether the container really computed there: a GPU that was handed over but is not used is a slow CPU server. */
export function judgeUse(use: GpuUse): Finding {
  const { pids, oursPeakMiB, riseMiB, processesSeen, samples } = use;
  if (samples === 0) return failed('The driver stopped answering during the test.');
  if (pids.length > 0) {
    return oursPeakMiB === 0
      ? failed('Its process is on the GPU but has no memory there.')
      : passed('A process of the container computes on it.');
  }
  // Within a container nvidia-smi shows no processes at all; then the memory has to tell.
  if (!processesSeen && riseMiB !== null && riseMiB >= contextMiB) {
    return passed('The memory in use rose while it ran; the driver does not tell whose it is here.');
  }
  return failed('No process of the container computes on the GPU: the model runs on the CPU.');
}

/** What was measured, for people. */
export function describeUse({ peakMiB, riseMiB, oursPeakMiB, utilisation, samples, pids }: GpuUse): string {
  const mib = (value: number | null) => (value === null ? 'unknown' : `${value} MiB`);
  const busy = utilisation === null ? 'not told by the driver' : `${utilisation} % at most`;
  const who = pids.length === 0 ? 'no process' : `process ${pids.join(', ')} with ${mib(oursPeakMiB)}`;
  return `GPU: ${who}; memory in use ${mib(peakMiB)} at most, ${mib(riseMiB)} above the start; busy: ${busy} (${samples} samples)`;
}

/**
 * Errors that the driver reported while the container ran. Those of the program count against it; those of the hardware are an error
 * of the infrastructure: throws `smoke/gpu-fault`.
 */
export function judgeErrors(use: GpuUse): Finding {
  const hardware = [
    ...use.xids.filter((xid) => xid.hardware).map(({ text }) => text),
    ...(use.uncorrected > 0 ? [`${use.uncorrected} errors of its memory could not be corrected`] : []),
    ...use.ailments,
  ];
  if (hardware.length > 0) {
    throw new MlDeployError({
      code: 'smoke/gpu-fault',
      kind: 'infrastructure',
      message: `The GPU failed during the test: ${hardware.slice(0, 3).join('; ')}.`,
      hint: 'Nothing is known against the model. Take the machine out of service, look at sudo dmesg | grep NVRM and nvidia-smi -q, reset or replace the board.',
    });
  }
  const own = use.xids.map(({ text }) => text);
  if (own.length > 0) return failed(`The driver reported: ${own.slice(0, 3).join('; ')}.`, 'no Xid, no ECC error');
  return passed(
    use.kernelLog === null
      ? 'No Xid and no uncorrected ECC error.'
      : `No uncorrected ECC error; Xid errors cannot be seen: ${use.kernelLog}.`,
    'no Xid, no ECC error',
  );
}
