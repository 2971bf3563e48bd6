import { unseenMiB } from '../../gpu/devices.ts';
import { gpuFault } from '../../gpu/gpu-fault.ts';
import { type GpuUse, type InPod, slackMiB } from '../../gpu/use.ts';
import type { Xid } from '../../gpu/xid.ts';
import { mayBeOthers } from './busy-beside-others.ts';
import { type CheckName, failed, type Finding, passed, skipped } from './check.ts';

export const gpuUsed: CheckName = { id: 'gpu-used', title: 'Computes on the GPU' };
export const gpuErrors: CheckName = { id: 'gpu-errors', title: 'The GPU reports no errors' };

/** A context of CUDA takes at least this; a smaller rise may be anything. */
const contextMiB = 32;

/** A context of CUDA takes less (up to about 600 MiB on large GPUs): a process with so much has its model there. */
const modelMiB = 1024;

/** The driver's utilisation is an average of up to a second: a shorter time may fall between two of them. */
const tellingMs = 1_000;

/**
 * Holds the driver to answering: what a server does on a GPU that fails says nothing against it.
 * @throws MlDeployError `smoke/gpu-fault` when it does not answer any more, or did not while requests were answered
 */
export function demandDriver({ silence, asked }: GpuUse): void {
  if (silence !== null) throw gpuFault('during the test', `the driver does not answer any more, ${silence}`);
  if (asked === null || asked.looks > 0 || asked.unanswered === 0) return;
  throw gpuFault(
    'during the test',
    `the driver did not answer while requests were made (asked ${asked.unanswered} times)`,
  );
}

/** Whether the container really computed there: a GPU that was handed over but is not used is a slow CPU server. */
export function judgeUse(use: GpuUse): Finding {
  const { pids, oursPeakMiB, riseMiB, samples, asked } = use;
  if (samples === 0 || asked?.looks === 0) {
    return skipped('Nobody could look at the GPU while requests were made: whether it was used is not known.');
  }
  if (use.inPod !== null && asked !== null) return judgeInPod(use, use.inPod);
  if (pids.length === 0) return judgeWithoutProcess(use);
  if (oursPeakMiB === 0) return failed('Its process is on the GPU but has no memory there.');
  if (oursPeakMiB !== null || hasRisen(use)) return judgeBusy(use, 'A process of the container computes on it');
  if (riseMiB !== null && isAlone(use)) return failed('Its process is on the GPU, but the memory in use did not rise.');
  return skipped(
    'Its process is on the GPU, but the driver tells of no memory: whether it computes there is not known.',
  );
}

/**
 * From within a pod: the memory in use before the start is not known, and the driver mostly shows no processes there. What a program that
 * computes cannot do without tells then: CUDA's device, and memory.
 */
function judgeInPod(use: GpuUse, { shared, cuda }: InPod): Finding {
  const { oursPeakMiB, peakMiB } = use;
  if (cuda?.length === 0) return judgeWithoutCuda(use, shared);
  if (oursPeakMiB !== null && oursPeakMiB > 0) return judgeBusy(use, 'A process of the container computes on it');
  if (peakMiB !== null && peakMiB < contextMiB) {
    return failed('Hardly any memory of the GPU is in use: nothing computes there, the model runs on the CPU.');
  }
  if (shared === true) {
    return skipped(
      'The GPU is shared with other pods, and the driver does not show processes here: whether the memory in use is that of this pod is not known.',
    );
  }
  return judgeInPodByMemory(use, { shared, cuda });
}

function judgeWithoutCuda(use: GpuUse, shared: boolean | null): Finding {
  return shared === false && (hasRisen(use) || isBusy(use))
    ? skipped('The GPU was in use, but no process of the container was seen to have opened CUDA: by whom is not known.')
    : failed('No process of the container has opened CUDA: the model runs on the CPU.');
}

function judgeInPodByMemory(use: GpuUse, { shared, cuda }: InPod): Finding {
  if (cuda === null && shared === null) {
    return skipped(
      'The driver does not show processes here, what they have opened cannot be seen, and whether other pods share the GPU this account may not look up (get on nodes): whether it computes on the GPU is not known.',
    );
  }
  if (hasRisen(use)) {
    const opened = cuda === null ? 'The' : 'A process of the container has opened CUDA, and the';
    return judgeBusy(use, `${opened} memory in use rose while it ran`);
  }
  if (cuda !== null && isBusy(use)) return judgeBusy(use, 'A process of the container has opened CUDA');
  return skipped(
    'The memory in use did not rise after the first look, before which it may have loaded its model: whether it computes on the GPU is not known.',
  );
}

function isBusy({ asked }: GpuUse): boolean {
  return (asked?.utilisation ?? 0) > 0;
}

/** No process of the container was seen there. */
function judgeWithoutProcess(use: GpuUse): Finding {
  const { riseMiB, beforeMiB, processesSeen, containerPids, asked, others } = use;
  // Within a container nvidia-smi shows no processes at all; then the memory has to tell.
  if (!processesSeen && hasRisen(use)) {
    const shared = beforeMiB !== null && beforeMiB > unseenMiB;
    return shared
      ? skipped(
          `The memory in use rose while it ran, but ${beforeMiB} MiB were in use before, and the driver does not tell by whom: whether it computes on the GPU is not known.`,
        )
      : judgeBusy(use, 'The memory in use rose while it ran; the driver does not tell whose it is here');
  }
  if (containerPids === null) {
    return skipped(
      'The engine never told the processes of the container (top): whether one computes on the GPU is not known.',
    );
  }
  if (asked === null) return skipped('It was never asked: whether it would compute on the GPU is not known.');
  if (others.strangers.length > 0) {
    return skipped(
      `Process ${others.strangers.join(', ')} was on the GPU for a moment, and whether it was one of the container is not known.`,
    );
  }
  if (!processesSeen && (riseMiB === null || !isAlone(use))) {
    return skipped(
      'The driver shows no processes here, and what others have changes the memory in use: whether it computes on the GPU is not known.',
    );
  }
  return failed('No process of the container computes on the GPU: the model runs on the CPU.');
}

function hasRisen({ riseMiB }: GpuUse): boolean {
  return riseMiB !== null && riseMiB >= contextMiB;
}

/** As far as can be seen, the memory in use was not changed by others. */
function isAlone({ others, fellMiB }: GpuUse): boolean {
  return others.steady && fellMiB <= slackMiB;
}

function judgeBusy(use: GpuUse, seen: string): Finding {
  const { asked } = use;
  const busy = asked?.utilisation ?? null;
  if (asked === null) return skipped(`${seen}, but it was never asked for long enough to see it busy.`);
  if (busy === null) {
    if ((use.oursPeakMiB ?? (isAlone(use) ? use.riseMiB : null) ?? 0) >= modelMiB) {
      return passed(
        `${seen} with 1 GiB of memory or more, which CUDA alone does not take; how busy it is the driver does not tell (with MIG it never does).`,
      );
    }
    return skipped(
      `${seen}, but the driver does not tell how busy it is (with MIG it never does): whether the model itself computes there is not known.`,
    );
  }
  if (busy > 0) {
    const doubt = mayBeOthers(use);
    return doubt === null
      ? passed(`${seen}, and it was busy while requests were answered.`)
      : skipped(
          `${seen}, and the GPU was busy while requests were answered, but ${doubt}: whether the model itself computes there is not known.`,
        );
  }
  return skipped(
    asked.ms < tellingMs
      ? `${seen}, but all requests took ${asked.ms} ms, too short to see it busy: raise smoke.requests.`
      : // Whole percents: a model that takes little of each request is at 0, too.
        `${seen}, but it was busy for less than 1 % of the ${asked.ms} ms in which requests were answered: whether the model itself computes there cannot be told.`,
  );
}

/** What was measured, for people. */
export function describeUse({ peakMiB, riseMiB, oursPeakMiB, utilisation, samples, pids, others }: GpuUse): string {
  const mib = (value: number | null) => (value === null ? 'unknown' : `${value} MiB`);
  const busy = utilisation === null ? 'not told by the driver' : `${utilisation} % at most`;
  const who = pids.length === 0 ? 'no process' : `process ${pids.join(', ')} with ${mib(oursPeakMiB)}`;
  const foreign = others.foreign.slice(0, 5);
  const beside = foreign.length === 0 ? '' : `; beside it process ${foreign.join(', ')} with ${mib(others.heldMiB)}`;
  return `GPU: ${who}${beside}; memory in use ${mib(peakMiB)} at most, ${mib(riseMiB)} above the start; busy: ${busy} (${samples} samples)`;
}

/** The driver writes it when a program is ended while it computes, whoever ends it: by itself it is no error. */
const endedWhileComputing = 45;

/**
 * Errors that the driver reported while the container ran. Those of its own processes count against it, those of other processes are
 * only told, and of the others nobody can say whose they are; those of the hardware, and of a kind that is not known, are an error of the
 * infrastructure: throws `smoke/gpu-fault`.
 * @param use at the end
 * @param early errors that were there when the test ended the server; all of them unless said
 */
export function judgeErrors(use: GpuUse, early: readonly Xid[] = use.xids): Finding {
  const hardware = [
    ...use.xids.filter((xid) => xid.hardware).map(({ text }) => text),
    ...(use.uncorrected > 0 ? [`${use.uncorrected} errors of its memory could not be corrected`] : []),
    ...use.ailments,
  ];
  if (hardware.length > 0) throw gpuFault('during the test', hardware.slice(0, 3).join('; '));
  demandDriver(use);
  const limit = 'no Xid, no ECC error';
  const isEarly = ({ line }: Xid) => early.some((each) => each.line === line);
  const isOfTheEnd = (xid: Xid) => xid.code === endedWhileComputing && !isEarly(xid);
  const told = (xids: readonly Xid[]): string =>
    xids
      .slice(0, 3)
      .map(({ text }) => text)
      .join('; ');
  const isOurs = ({ pid }: Xid) => pid !== null && use.containerPids?.includes(pid) === true;
  const isForeign = ({ pid }: Xid) => pid !== null && use.others.foreign.includes(pid);
  const counting = use.xids.filter((xid) => !isOfTheEnd(xid));
  const own = counting.filter(isOurs);
  if (own.some(({ code }) => code !== endedWhileComputing)) return failed(`The driver reported: ${told(own)}.`, limit);
  if (own.length > 0) {
    return skipped(
      `The driver reported: ${told(own)}. Who ended that process of the container, before the test ended the server, is not known.`,
    );
  }
  const unclear = told(counting.filter((xid) => !isForeign(xid)));
  if (unclear !== '') return skipped(`The driver reported: ${unclear}. Whether it was the container's is not known.`);
  const foreign = told(counting.filter(isForeign));
  const others = foreign === '' ? '' : ` Of other processes: ${foreign}.`;
  const ended = told(use.xids.filter(isOfTheEnd));
  const end = ended === '' ? '' : ` When the test ended the server, which is no error: ${ended}.`;
  return passed(
    use.kernelLog === null
      ? `No Xid${others === '' ? '' : ' of its own'} and no uncorrected ECC error.${others}${end}`
      : `No uncorrected ECC error; Xid errors cannot be seen: ${use.kernelLog}.`,
    limit,
  );
}
