import type { Config } from '../../config/config.ts';
import type { HostProbe } from '../../gpu/host.ts';
import type { NvidiaGpu } from '../../gpu/nvidia/report.ts';
import type { CheckContext, Found } from './check.ts';

/** The driver of this machine and its GPUs, each with what would keep a test from running there. */
export async function lookAtDriver(context: CheckContext): Promise<Found> {
  const found = await probe(context);
  const { report, gpus, looked, fix } = found;
  if (report === null) {
    if (mustBeHere(context.config)) {
      const { chooseDevice } = await import('../../gpu/device.ts');
      chooseDevice('require-gpu', 0, looked, fix);
    }
    return { detail: `no GPU: ${looked}`, hint: fix, absent: true };
  }
  const lines = gpus.map(
    ({ index, name, memory, capability, mig, computeMode }) =>
      `GPU ${index}: ${name}, ${memory.totalMiB ?? 'unknown'} MiB, compute capability ${capability?.toFixed(1) ?? 'unknown'}` +
      (mig.enabled ? `, ${mig.devices.length} MIG devices` : '') +
      (computeMode === 'default' || computeMode === null ? '' : `, compute mode ${computeMode}`),
  );
  const fixes = [...(await fabricFixes(found)), ...gpus.flatMap(modeFixes), ...resets(gpus)];
  return {
    detail: [`driver ${report.driver ?? 'unknown'}, CUDA up to ${report.cuda ?? 'unknown'}`, ...lines].join('\n'),
    hint: fixes.length === 0 ? null : fixes.join('\n'),
  };
}

/** Looks at this machine as the smoke test does. */
export async function probe({ access, signal, machineRoot }: CheckContext): Promise<HostProbe> {
  const { probeHost } = await import('../../gpu/host.ts');
  return probeHost(access.environment, { signal, ...(machineRoot === undefined ? {} : { root: machineRoot }) });
}

/** A GPU that this machine must have; in all other cases a missing one is told, with what to do. */
function mustBeHere(config: Config | null): boolean {
  return config?.smoke.device === 'require-gpu' && ['docker', 'podman'].includes(config.smoke.runtime);
}

const ofFabric = /Fabric Manager/;

async function fabricFixes({ report, gpus, kernel, distribution }: HostProbe): Promise<string[]> {
  if (!gpus.some(({ ailments }) => ailments.some((text) => ofFabric.test(text)))) return [];
  const { fabricManagerInstall } = await import('../../gpu/nvidia/packages.ts');
  return [
    kernel.fabricManager === true
      ? 'Fabric Manager has not set up the NVLink fabric yet: if this stays so, look why: sudo journalctl -u nvidia-fabricmanager'
      : `Start Fabric Manager, of the very version of the driver: sudo systemctl enable --now nvidia-fabricmanager; if it is not installed: ${fabricManagerInstall(distribution, report?.driver ?? null)}`,
  ];
}

function modeFixes({ index, computeMode, mig }: NvidiaGpu): string[] {
  if (mig.enabled && mig.devices.length === 0) {
    return [
      `GPU ${index} is in MIG mode and has no MIG devices. Make one (PROFILE from sudo nvidia-smi mig -lgip): sudo nvidia-smi mig -i ${index} -cgi PROFILE -C; or leave the mode: sudo nvidia-smi -i ${index} -mig 0`,
    ];
  }
  if (computeMode === 'prohibited') {
    return [`GPU ${index} lets nothing compute (compute mode Prohibited): sudo nvidia-smi -i ${index} -c DEFAULT`];
  }
  if (computeMode !== 'exclusive') return [];
  return [
    `GPU ${index} admits one process at a time (compute mode Exclusive): a server with several workers fails there. To let it: sudo nvidia-smi -i ${index} -c DEFAULT`,
  ];
}

function resets(gpus: readonly NvidiaGpu[]): string[] {
  return gpus.flatMap(({ index, ailments }) => {
    const sick = ailments.filter((text) => !ofFabric.test(text));
    if (sick.length === 0) return [];
    return [
      `GPU ${index}: ${sick.join(', ')}. Reset it when nothing runs there: sudo nvidia-smi -i ${index} --gpu-reset; if that does not help, reboot`,
    ];
  });
}
