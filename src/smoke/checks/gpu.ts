import { MlDeployError } from '../../errors.ts';
import type { GpuUse } from '../../gpu/watch.ts';
import type { Xid } from '../../gpu/xid.ts';
import { type CheckName, failed, type Finding, passed, skipped } from './check.ts';

export const gpuUsed: CheckName = { id: 'gpu-used', title: 'Computes on the GPU' };
export const gpuErrors: CheckName = { id: 'gpu-errors', title: 'The GPU reports no errors' };

/** A context of CUDA takes at least this; a smaller rise may be anything. */
const contextMiB = 32;

/** The driver's utilisation is an average of up to a second: a shorter time may fall between two of them. */
const tellingMs = 1_000;

/** Whether the container really computed there: a GPU that was handed over but is not used is a slow CPU server. */
export function judgeUse(use: GpuUse): Finding {
  const { pids, oursPeakMiB, riseMiB, processesSeen, samples, containerPids } = use;
  if (samples === 0) return failed('The driver stopped answering during the test.');
  const rose = riseMiB !== null && riseMiB >= contextMiB;
  if (pids.length > 0) {
    if (oursPeakMiB === 0) return failed('Its process is on the GPU but has no memory there.');
    if (oursPeakMiB !== null || rose) return judgeBusy(use, 'A process of the container computes on it');
    if (riseMiB !== null) return failed('Its process is on the GPU, but the memory in use did not rise.');
    return skipped(
      'Its process is on the GPU, but the driver tells of no memory: whether it computes there is not known.',
    );
  }
  // Within a container nvidia-smi shows no processes at all; then the memory has to tell.
  if (!processesSeen && rose) {
    return judgeBusy(use, 'The memory in use rose while it ran; the driver does not tell whose it is here');
  }
  if (containerPids === null) {
    return skipped(
      'The engine never told the processes of the container (top): whether one computes on the GPU is not known.',
    );
  }
  return failed('No process of the container computes on the GPU: the model runs on the CPU.');
}

function judgeBusy({ asked }: GpuUse, seen: string): Finding {
  const busy = asked?.utilisation ?? null;
  if (asked === null) return skipped(`${seen}, but it was never asked for long enough to see it busy.`);
  if (busy === null) return passed(`${seen}; the driver does not tell how busy it is.`);
  if (busy > 0) return passed(`${seen}, and it was busy while requests were answered.`);
  return asked.ms < tellingMs
    ? skipped(`${seen}, but all requests took ${asked.ms} ms, too short to see it busy: raise smoke.requests.`)
    : failed(`${seen}, but it was idle (0 %) for the ${asked.ms} ms in which requests were answered.`);
}

/** What was measured, for people. */
export function describeUse({ peakMiB, riseMiB, oursPeakMiB, utilisation, samples, pids }: GpuUse): string {
  const mib = (value: number | null) => (value === null ? 'unknown' : `${value} MiB`);
  const busy = utilisation === null ? 'not told by the driver' : `${utilisation} % at most`;
  const who = pids.length === 0 ? 'no process' : `process ${pids.join(', ')} with ${mib(oursPeakMiB)}`;
  return `GPU: ${who}; memory in use ${mib(peakMiB)} at most, ${mib(riseMiB)} above the start; busy: ${busy} (${samples} samples)`;
}

/**
 * Errors that the driver reported while the container ran. Those of its own processes count against it, those of other processes are
 * only told; those of the hardware, and of a kind that is not known, are an error of the infrastructure: throws `smoke/gpu-fault`.
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
  const isOurs = ({ pid }: Xid) => pid !== null && use.containerPids?.includes(pid) === true;
  const own = use.xids.filter(isOurs).map(({ text }) => text);
  if (own.length > 0) return failed(`The driver reported: ${own.slice(0, 3).join('; ')}.`, 'no Xid, no ECC error');
  const foreign = use.xids.map(({ text }) => text);
  const others = foreign.length === 0 ? '' : ` Not of the container's processes: ${foreign.slice(0, 3).join('; ')}.`;
  return passed(
    use.kernelLog === null
      ? `No Xid${others === '' ? '' : ' of its own'} and no uncorrected ECC error.${others}`
      : `No uncorrected ECC error; Xid errors cannot be seen: ${use.kernelLog}.`,
    'no Xid, no ECC error',
  );
}
