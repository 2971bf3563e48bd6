import type { MigDevice, NvidiaReport } from './report.ts';

/** One line of `nvidia-smi -L` below its GPU. */
interface Listed {
  readonly gpu: string;
  readonly index: number;
  readonly profile: string;
  readonly uuid: string;
}

/** Adds the profiles and UUIDs of MIG devices, which only `nvidia-smi -L` tells, to a report. */
export function withListing(report: NvidiaReport, listing: string): NvidiaReport {
  const listed = parseListing(listing);
  const name = (gpu: string | null, device: MigDevice): MigDevice => {
    const found = listed.find((each) => each.gpu === gpu && each.index === device.index);
    return found === undefined ? device : { ...device, uuid: found.uuid, profile: found.profile };
  };
  return {
    ...report,
    gpus: report.gpus.map((gpu) => ({
      ...gpu,
      mig: { ...gpu.mig, devices: gpu.mig.devices.map((device) => name(gpu.uuid, device)) },
    })),
  };
}

/** `GPU 0: NAME (UUID: GPU-...)`, followed by `  MIG 3g.20gb     Device  0: (UUID: MIG-...)`. */
function parseListing(listing: string): Listed[] {
  let gpu = '';
  return listing.split('\n').flatMap((line) => {
    gpu = /^GPU \d+: .*\(UUID: (GPU-[^)]+)\)/.exec(line)?.[1] ?? gpu;
    const [, profile, index, uuid] = /^\s+MIG (\S+)\s+Device\s+(\d+): \(UUID: (MIG-[^)]+)\)/.exec(line) ?? [];
    return profile === undefined || uuid === undefined ? [] : [{ gpu, index: Number(index), profile, uuid }];
  });
}
