import { type Device, devicesOf } from '../../../gpu/devices.ts';
import { gpuFault } from '../../../gpu/gpu-fault.ts';
import { withListing } from '../../../gpu/nvidia/listing.ts';
import { type NvidiaReport, parseReport } from '../../../gpu/nvidia/report.ts';
import { explainOutput, silent } from '../../../gpu/nvidia/trouble.ts';
import type { GpuLook, GpuSource } from '../../../gpu/source.ts';
import { GpuWatch } from '../../../gpu/watch.ts';
import type { PodObserver, Told, Untold } from './pod-observer.ts';

/** A driver without persistence mode initialises every GPU first, milliseconds. */
const lookMs = 20_000;
/** What does not say that the driver is ill, but that it cannot be asked from here. */
const notForUs = /libnvidia-ml|Insufficient Permissions/i;

export type PodGpu = { readonly watch: GpuWatch; readonly devices: readonly Device[] } | { readonly unseen: string };

/**
 * Begins to watch the GPUs of a pod that runs, through the `nvidia-smi` that the NVIDIA runtime mounts into it.
 * @param observer in the pod
 * @param shared whether other pods may be on the same GPU; null: not known
 * @throws MlDeployError `smoke/gpu-fault` when the driver does not work in it
 */
export async function watchPodGpu(observer: Pick<PodObserver, 'ask'>, shared: boolean | null): Promise<PodGpu> {
  const first = await observer.ask('gpu', lookMs);
  if ('why' in first) {
    if (first.why === 'late')
      throw gpuFault('at the start', `the driver does not answer in the pod, ${silent(lookMs).said}`);
    return { unseen: `The GPU of a pod is looked at from within, which was not possible: ${first.reason}` };
  }
  if (first.status === 127) {
    return {
      unseen:
        'The container has no nvidia-smi to ask: the NVIDIA runtime mounts it where NVIDIA_DRIVER_CAPABILITIES (of the image, or deploy.env) has `utility`.',
    };
  }
  const { report, trouble = '', looked } = read(first);
  if (report === null) {
    if (!notForUs.test(trouble)) throw gpuFault('at the start', `nvidia-smi in the pod says ${trouble}`);
    return { unseen: `nvidia-smi in the pod says ${trouble}` };
  }
  const inMig = report.gpus.some(({ mig }) => mig.enabled);
  const listed = inMig ? await observer.ask('list', lookMs) : null;
  const listing = listed === null || 'why' in listed ? '' : listed.text;
  const named = (each: NvidiaReport): NvidiaReport => (inMig ? withListing(each, listing) : each);
  const devices = devicesOf(named(report));
  if (devices.length === 0) return { unseen: 'nvidia-smi in the pod lists no GPU and no MIG device.' };
  const watch = new GpuWatch({ devices, source: sourceOf(observer, looked, named), inPod: { shared } });
  await watch.begin();
  return { watch, devices };
}

interface Read extends Pick<GpuLook, 'report' | 'trouble'> {
  readonly looked: GpuLook;
}

/** Reads an answer to `gpu`. */
function read({ text, status }: Told): Read {
  const lines = text.split('\n');
  const from = lines.indexOf('smi');
  const processes = lines.slice(0, from).map((line) => line.split(' '));
  const output = lines.slice(from + 1).join('\n');
  const report = status === 0 ? parseReport(output) : null;
  const answer = report === null ? { report, trouble: explainOutput(output).said } : { report };
  const of = (wanted: string): number[] =>
    processes.flatMap(([, pid, state]) => (state === wanted ? [Number(pid)] : []));
  const open = of('open');
  // One that cannot be looked into may be the one that has it open.
  const unseen = open.length === 0 && of('hidden').length + of('unknown').length > 0;
  const pids = processes.map(([, pid]) => Number(pid));
  return { ...answer, looked: { ...answer, pids, cuda: unseen ? null : open } };
}

function sourceOf(
  observer: Pick<PodObserver, 'ask'>,
  first: GpuLook,
  named: (report: NvidiaReport) => NvidiaReport,
): GpuSource {
  let next: GpuLook | null = first;
  const tell = (look: GpuLook): GpuLook => ({ ...look, report: look.report === null ? null : named(look.report) });
  return {
    look: async () => {
      const known = next;
      next = null;
      return known === null ? lookOf(await observer.ask('gpu', lookMs), tell) : tell(known);
    },
    kernelLog: () => Promise.resolve({ unreadable: "a pod does not see the node's kernel log" }),
  };
}

function lookOf(answer: Told | Untold, tell: (look: GpuLook) => GpuLook): GpuLook | 'over' {
  if (!('why' in answer)) return tell(read(answer).looked);
  // A connection or a container that is gone says nothing about the driver.
  return answer.why === 'late' ? { report: null, trouble: silent(lookMs).said, pids: null } : 'over';
}
