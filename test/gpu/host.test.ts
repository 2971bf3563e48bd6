import { describe, expect, test } from 'vitest';
import { probeHost } from '../../src/gpu/host.ts';
import { machine, smiScript } from './machine.ts';
import { derived, real } from './nvidia/documents.ts';
import { quickest } from '../quickest.ts';

const display = '0x030000';

describe('a driver that works', () => {
  test('is named with its GPUs', async () => {
    const here = machine(['nvidia0', 'nvidiactl']);
    here.program('nvidia-smi', smiScript(real('tesla-t4')));
    const { gpus, report, looked, fix } = await probeHost(here.environment, { root: here.root });
    expect(gpus.map(({ name, capability }) => [name, capability])).toEqual([['Tesla T4', 7.5]]);
    expect(report?.driver).toBe('515.105.01');
    expect(looked).toBe('nvidia-smi: Tesla T4 (driver 515.105.01, CUDA up to 11.7); device files /dev/nvidia0');
    expect(fix).toBeNull();
  });

  test('with MIG is asked for profiles and UUIDs as well', async () => {
    const here = machine(['nvidia0']);
    const listing =
      'GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-513536b6-7d19-9063-b049-1e69664bb298)\n  MIG 1g.20gb     Device  1: (UUID: MIG-1)';
    here.program('nvidia-smi', smiScript(real('a100-sxm4-v12'), listing));
    const { gpus } = await probeHost(here.environment, { root: here.root });
    expect(gpus[0]?.mig.devices[1]).toMatchObject({ profile: '1g.20gb', uuid: 'MIG-1' });
  });

  test('that is slow, but has device files, is waited for', async () => {
    const here = machine(['nvidia0']);
    here.program('nvidia-smi', smiScript(real('tesla-t4')).replace('case', 'sleep 2\ncase'));
    const { gpus } = await probeHost(here.environment, { root: here.root });
    expect(gpus).toHaveLength(1);
  });
});

describe('a driver that does not work is explained, with what to do', () => {
  test.each([
    [
      'mismatch',
      'echo "Failed to initialize NVML: Driver/library version mismatch"; echo "NVML library version: 550.90"; exit 18',
      /the driver was updated and the old kernel module is still loaded/,
      /^Reboot, or .*modprobe nvidia/,
    ],
    ['no device', 'echo "No devices were found"; exit 6', /the driver works but reaches no GPU/, /--gpus all/],
    [
      'module',
      'echo "NVIDIA-SMI has failed because it couldn\'t communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running."; exit 9',
      /the kernel module is not loaded/,
      /sudo modprobe nvidia/,
    ],
    [
      'library',
      'echo "NVIDIA-SMI couldn\'t find libnvidia-ml.so library in your system." >&2; exit 12',
      /the library of the driver is not/,
      /NVIDIA_DRIVER_CAPABILITIES=compute,utility/,
    ],
    [
      'lost',
      'echo "Unable to determine the device handle for GPU 0000:3B:00.0: GPU is lost.  Reboot the system to recover this GPU"; exit 15',
      /a GPU has fallen off the bus/,
      /--gpu-reset/,
    ],
    [
      'permissions',
      'echo "Failed to initialize NVML: Insufficient Permissions"; exit 4',
      /may not open the device files/,
      /usermod -aG/,
    ],
    ['unknown', 'echo "Failed to initialize NVML: Unknown Error"; exit 255', /does not answer/, /container again/],
    ['something else', 'echo "boom"; exit 1', /"boom"/, /by hand/],
    ['silence', 'true', /reports no GPU/, /by hand/],
  ])('%s', async (_, script, said, fix) => {
    const here = machine();
    here.program('nvidia-smi', script);
    const probe = await probeHost(here.environment, { root: here.root });
    expect(probe.gpus).toEqual([]);
    expect(probe.looked).toMatch(said);
    expect(probe.fix).toMatch(fix);
  });

  test('a document without GPUs', async () => {
    const here = machine();
    here.program('nvidia-smi', smiScript(derived['no-device']?.() ?? ''));
    const probe = await probeHost(here.environment, { root: here.root });
    expect(probe.looked).toContain('driver 515.105.01 lists no GPU');
  });

  test('one that hangs without device files: within 2 s', async () => {
    const here = machine();
    here.program('nvidia-smi', 'sleep 60');
    const took = await quickest(2_000, async () => {
      const probe = await probeHost(here.environment, { root: here.root });
      expect(probe.looked).toContain('no answer within 1500 ms');
    });
    expect(took).toBeLessThan(2_000);
  });

  test('none, with and without a GPU on the bus', async () => {
    const bare = machine();
    const probe = await probeHost(bare.environment, { root: bare.root });
    expect(probe.looked).toBe('nvidia-smi: not installed; no /dev/nvidia* device');
    const forgotten = machine([], [['0x10de', '0x030200']]);
    const other = await probeHost(forgotten.environment, { root: forgotten.root });
    expect(other.looked).toContain('not installed, although an NVIDIA GPU is on the bus');
    expect(other.fix).toContain('Install the driver: see https://docs.nvidia.com/');
  });
});

describe('other makers are named and not supported', () => {
  test.each([
    ['AMD', machine(['kfd', 'dri/renderD128'], [['0x1002', display]]), 'AMD (ROCm, /dev/kfd)'],
    ['AMD without a driver', machine([], [['0x1002', display]]), 'AMD (no ROCm driver)'],
    ['Intel', machine(['dri/renderD128'], [['0x8086', display]]), 'Intel (/dev/dri)'],
    ['Gaudi', machine(['accel/accel0'], [['0x1da3', '0x120000']]), 'Intel Gaudi (Habana)'],
    ['Neuron', machine(['neuron0']), 'AWS Neuron'],
  ])('%s', async (_, here, named) => {
    const probe = await probeHost(here.environment, { root: here.root });
    expect(probe.looked).toBe(`nvidia-smi: not installed; no /dev/nvidia* device; not supported: ${named}`);
  });

  test('a network card of Intel is none', async () => {
    const here = machine(['dri/card0'], [['0x8086', '0x020000']]);
    const probe = await probeHost(here.environment, { root: here.root });
    expect(probe.looked).not.toContain('not supported');
  });
});
