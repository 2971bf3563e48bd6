import { cut } from '../../cut.ts';
/** Why there is no working NVIDIA driver here, in plain words, and what to do about it. */
export interface Trouble {
  readonly said: string;
  readonly fix: string;
  /** What the kernel may tell more about (kernel.ts). */
  readonly kind?: 'not-loaded';
}

interface Known {
  readonly kind?: 'not-loaded';
  readonly pattern: RegExp;
  readonly meaning: string;
  readonly fix: string;
}

/** What nvidia-smi prints instead of an answer. */
const known: readonly Known[] = [
  {
    pattern: /Driver\/library version mismatch/i,
    meaning: 'the driver was updated and the old kernel module is still loaded',
    fix: 'Reboot, or stop everything that uses the GPU and reload the module: sudo rmmod nvidia_uvm nvidia_drm nvidia_modeset nvidia && sudo modprobe nvidia',
  },
  {
    pattern: /couldn't communicate with the NVIDIA driver/i,
    kind: 'not-loaded',
    meaning: 'the kernel module is not loaded',
    fix: 'Load it: sudo modprobe nvidia. If that fails, the driver was not built for this kernel: install linux-headers-$(uname -r), then the driver again (see: dkms status)',
  },
  {
    pattern: /No devices were found/i,
    meaning: 'the driver works but reaches no GPU',
    fix: 'Look whether the machine sees it (lspci -d 10de:) and why the driver gave up (sudo dmesg | grep NVRM). In a container: start it with --gpus all',
  },
  {
    pattern: /Insufficient Permissions/i,
    meaning: 'this user may not open the device files',
    fix: 'Give the user the group that owns /dev/nvidia*: ls -l /dev/nvidia*, then sudo usermod -aG GROUP $USER and log in again',
  },
  {
    pattern: /Unable to determine the device handle.*(GPU is lost|Unknown Error)|GPU is lost/i,
    meaning: 'a GPU has fallen off the bus',
    fix: 'Reset it (sudo nvidia-smi --gpu-reset) or reboot; if it happens again, the board, its power or its slot is faulty',
  },
  {
    pattern: /couldn't find libnvidia-ml\.so/i,
    meaning: 'nvidia-smi is there but the library of the driver is not',
    fix: 'In a container: start it with the NVIDIA Container Toolkit and NVIDIA_DRIVER_CAPABILITIES=compute,utility. On a host: install the driver again',
  },
  {
    pattern: /Failed to initialize NVML/i,
    meaning: 'the driver does not answer',
    fix: 'Look why: sudo dmesg | grep -i nvrm. In a container that ran well before, systemd has reloaded its cgroups: start the container again',
  },
];

/**
 * Explains what nvidia-smi printed when it failed.
 * @param output of nvidia-smi, both streams
 */
export function explainOutput(output: string): Trouble {
  const found = known.find(({ pattern }) => pattern.test(output));
  const first = output.trim().split('\n')[0]?.trim() ?? '';
  if (found !== undefined) {
    const { meaning, fix, kind } = found;
    return { said: `"${first}": ${meaning}`, fix, ...(kind === undefined ? {} : { kind }) };
  }
  return first === ''
    ? { said: 'reports no GPU', fix: 'Run nvidia-smi by hand: it printed nothing' }
    : { said: `"${cut(first, 200)}"`, fix: 'Run nvidia-smi by hand until it lists the GPUs' };
}

/** There is no nvidia-smi, and no GPU of NVIDIA on the bus. */
export const noGpu: Trouble = { said: 'not installed', fix: 'This machine has no NVIDIA GPU: run where one is' };

/** nvidia-smi did not answer in time. */
export function silent(ms: number): Trouble {
  return {
    said: `no answer within ${ms} ms`,
    fix: 'A hung driver is seen in sudo dmesg | grep -i xid; a slow start is cured by sudo nvidia-smi -pm 1 (persistence mode)',
  };
}
