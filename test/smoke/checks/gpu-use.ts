import type { GpuUse } from '../../../src/gpu/use.ts';

/** A server that computed on one GPU, alone. */
export const used: GpuUse = {
  devices: [],
  driver: null,
  silence: null,
  samples: 5,
  pids: [4711],
  oursPeakMiB: 612,
  inPod: null,
  containerPids: [4700, 4711],
  others: { foreign: [], strangers: [], computing: [], heldMiB: null, steady: true },
  asked: { utilisation: 87, usually: 87, atRest: null, ms: 2_000, looks: 3, unanswered: 0 },
  beforeMiB: 22,
  riseMiB: 612,
  fellMiB: 0,
  peakMiB: 634,
  totalMiB: 81_559,
  startUtilisation: 0,
  utilisation: 87,
  processesSeen: true,
  xids: [],
  kernelLog: null,
  uncorrected: 0,
  ailments: [],
};
