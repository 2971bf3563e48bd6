import { describe, expect, test } from 'vitest';
import { type Checked, runCheck } from '../../../src/cli/doctor/check.ts';
import { gpuChecks } from '../../../src/cli/doctor/gpu-checks.ts';
import { derived, real } from '../../gpu/nvidia/documents.ts';
import { type GpuHost, gpuHost, hostProject, type HostProject } from '../../smoke/simulated/gpu-host.ts';

const made = (name: string): string => derived[name]?.() ?? '';

/** What doctor finds on a host; without a wish there is no configuration, as on a runner that is set up. */
async function doctor(host: GpuHost, wish: HostProject | null = {}): Promise<Map<string, Checked>> {
  const context = hostProject(host, wish ?? {});
  const found = new Map<string, Checked>();
  for (const check of gpuChecks) {
    if (check.after === 'cluster') continue;
    const config = wish === null ? null : context.config;
    const earlier = [...found.values()];
    found.set(check.title, await runCheck(check, { ...context, config, machineRoot: host.root }, earlier));
  }
  return found;
}

const lines = (found: Map<string, Checked>) =>
  Object.fromEntries([...found].map(([title, { state, detail, hint }]) => [title, [state, detail, hint]]));

describe('a machine with everything', () => {
  test('is described', async () => {
    const found = lines(await doctor(gpuHost(made('h100-535'))));
    expect(found['smoke test']?.[0]).toBe('ok');
    expect(found['smoke test']?.[1]).toContain('Runtime docker, as configured: docker 27.0.0 answers on this machine');
    expect(found['GPU driver']).toEqual([
      'ok',
      'driver 535.129.03, CUDA up to 12.2\nGPU 0: NVIDIA H100 80GB HBM3, 81559 MiB, compute capability 9.0',
      null,
    ]);
    expect(found['containers on this machine']).toEqual(['ok', 'docker 27.0.0, podman 5.6.0', null]);
    expect(found['GPUs in containers']?.[1]).toContain('docker by docker --gpus device=GPU-9a9a6c50');
    expect(found['kernel log']).toEqual(['ok', 'readable, without errors of the GPU since the machine started', null]);
  });

  test('needs no configuration: a runner is looked at as it is', async () => {
    const found = await doctor(gpuHost(made('h100-535')), null);
    expect(found.get('smoke test')?.state).toBe('skipped');
    expect(found.get('GPU driver')?.state).toBe('ok');
  });
});

describe('what is missing is said with the exact command', () => {
  test('a driver that was updated under a running kernel', async () => {
    const host = gpuHost(null);
    host.program('nvidia-smi', 'echo "Failed to initialize NVML: Driver/library version mismatch"; exit 18');
    const found = lines(await doctor(host));
    expect(found['GPU driver']?.[0]).toBe('failed');
    expect(found['GPU driver']?.[1]).toContain('the driver was updated and the old kernel module is still loaded');
    expect(found['GPU driver']?.[2]).toContain(
      'sudo rmmod nvidia_uvm nvidia_drm nvidia_modeset nvidia && sudo modprobe nvidia',
    );
    expect(found['GPUs in containers']?.slice(0, 2)).toEqual(['skipped', 'GPU driver comes first']);
  });

  test('no GPU is no failure where one is only preferred, or nobody asked', async () => {
    const prefers = await doctor(gpuHost(null), { smoke: { device: 'prefer-gpu' } });
    expect(prefers.get('GPU driver')).toMatchObject({
      state: 'skipped',
      hint: expect.stringContaining('run where one is') as string,
    });
    expect((await doctor(gpuHost(null), null)).get('GPU driver')?.state).toBe('skipped');
    const cpu = await doctor(gpuHost(null), { smoke: { device: 'cpu' } });
    expect(cpu.get('GPU driver')).toMatchObject({ state: 'skipped', detail: 'the smoke test asks for no GPU' });
  });

  test('the container toolkit', async () => {
    const host = gpuHost(made('h100-535'));
    host.set('runtimes', '{"runc":{"path":"runc"}}');
    const found = lines(await doctor(host));
    expect(found['GPUs in containers']?.[0]).toBe('failed');
    expect(found['GPUs in containers']?.[2]).toBe(
      'sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker',
    );
  });

  test('an engine', async () => {
    const host = gpuHost(made('h100-535'));
    host.set('down-docker', 'permission denied while trying to connect to the Docker daemon socket');
    const found = lines(await doctor(host));
    expect(found['containers on this machine']?.[0]).toBe('failed');
    expect(found['containers on this machine']?.[2]).toContain('sudo usermod -aG docker $USER');
    const any = lines(await doctor(host, null));
    expect(any['containers on this machine']).toEqual(['ok', 'podman 5.6.0', null]);
  });

  test('the kernel log, MIG devices, a sick board', async () => {
    const host = gpuHost(made('remap-failed'));
    host.set('dmesg-denied', '');
    const found = lines(await doctor(host, null));
    expect(found['kernel log']?.[2]).toContain('sudo usermod -aG systemd-journal $USER');
    expect(found['GPU driver']?.[2]).toContain('GPU 0: its memory has rows that could not be remapped');
    const mig = lines(await doctor(gpuHost(made('a100-mig-empty')), null));
    expect(mig['GPU driver']?.[2]).toContain('sudo nvidia-smi mig -i 0 -cgi PROFILE -C');
    expect(mig['GPUs in containers']?.[1]).toBe('the GPU is in MIG mode and has no MIG devices to hand over');
    const spoke = gpuHost(real('a10g'));
    spoke.set('dmesg', '[  99.0] NVRM: Xid (PCI:0000:00:1e): 48, pid=1, DBE\n');
    expect(lines(await doctor(spoke, null))['kernel log']?.[1]).toContain(
      'Xid 48, the memory has an error of two bits',
    );
  });
});
