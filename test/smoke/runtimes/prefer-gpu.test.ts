import { describe, expect, test } from 'vitest';
import { silentReporter } from '../../../src/pipeline/reporter.ts';
import { tryLock } from '../../../src/gpu/lock.ts';
import { smokeStage } from '../../../src/smoke/stage.ts';
import { derived } from '../../gpu/nvidia/documents.ts';
import { message, verdict } from '../fixture/project.ts';
import { type GpuHost, gpuHost, hostProject, type HostProject } from '../simulated/gpu-host.ts';
import { quickest } from '../../quickest.ts';

const made = (name: string): string => derived[name]?.() ?? '';
const prefer: HostProject = { smoke: { device: 'prefer-gpu' } };
/** Locks hold for the machine: another checkout may run the same test at this moment. */
const uuid = `GPU-22222222-0000-0000-0000-${String(process.pid).padStart(12, '0')}`;
const own = (name = 'h100-535') => gpuHost(made(name).replace(/<uuid>[^<]*/, `<uuid>${uuid}`));

const noToolkit = (): GpuHost => {
  const host = gpuHost(made('h100-535'));
  host.set('runtimes', '{"runc":{"path":"runc"}}');
  return host;
};
const mismatch = (): GpuHost => {
  const host = gpuHost(null);
  host.program('nvidia-smi', 'echo "Failed to initialize NVML: Driver/library version mismatch"; exit 18');
  return host;
};

async function onCpu(host: GpuHost, wish: HostProject = prefer) {
  const notes: string[] = [];
  const reporter = { ...silentReporter, note: (_: unknown, text: string) => void notes.push(text) };
  const evidence = await smokeStage.run({ ...hostProject(host, wish), reporter });
  const create = host.commands().find(([, command]) => command === 'create') ?? [];
  expect(create.join(' ')).not.toMatch(/gpu/);
  expect([evidence.outcome, evidence.hardware.device]).toEqual(['passed', 'cpu']);
  expect(verdict(evidence, 'device')).toBe('passed');
  return { note: message(evidence, 'device'), summary: evidence.summary, notes };
}

describe('a GPU that is only preferred', () => {
  test('no toolkit: the CPU, and verdict, evidence and summary say why', async () => {
    const { note, summary } = await onCpu(noToolkit());
    expect(note).toMatch(/^A GPU was preferred but cannot be used \(docker cannot give GPU 0 .*: tested on the CPU\.$/);
    expect(summary).toMatch(/^The server works on the CPU instead of a GPU: \d+ checks passed/);
    expect(summary).toContain(note);
  });

  test('another engine of this machine that can hand it over is taken by auto', async () => {
    const host = noToolkit();
    host.set('cdi', `nvidia.com/gpu=0`);
    const notes: string[] = [];
    const reporter = { ...silentReporter, note: (_: unknown, text: string) => void notes.push(text) };
    await smokeStage.preflight({
      ...hostProject(host, { smoke: { device: 'prefer-gpu', runtime: 'auto' } }),
      reporter,
    });
    expect(notes.join('\n')).toContain('Runtime podman, chosen because podman 5.6.0 answers');
    host.forget('cdi');
    await smokeStage.preflight({
      ...hostProject(host, { smoke: { device: 'prefer-gpu', runtime: 'auto' } }),
      reporter,
    });
    expect(notes.at(-1)).toContain('Runtime docker, chosen because docker 27.0.0 answers');
  });

  test('one process has it for itself', async () => {
    const { note, notes } = await onCpu(own('exclusive'), {
      smoke: { device: 'prefer-gpu', deviceWaitMs: 0 },
    });
    expect(note).toContain('its compute mode admits one process, and it has process 4711 python3');
    expect(notes).toContain(note);
  });

  test('another test has it for longer than the wait; afterwards nobody holds it', async () => {
    const lock = await tryLock(uuid, { what: 'another test', pid: 1, since: '2026-01-01T00:00:00Z' });
    const { note } = await onCpu(own(), { smoke: { device: 'prefer-gpu', deviceWaitMs: 300 } });
    expect(note).toMatch(/No GPU became free within 0 s .*held by another test/);
    await lock?.release();
    const again = await tryLock(uuid, { what: 'a look', pid: 1, since: '' });
    expect(again).not.toBeNull();
    await again?.release();
  });

  test('the driver does not work', async () => {
    const { note } = await onCpu(mismatch());
    expect(note).toContain('the driver was updated and the old kernel module is still loaded');
  });
});

describe('a GPU that is required, refused within 2 s and before anything is pulled', () => {
  test.each<[string, () => GpuHost, string, RegExp]>([
    ['none', () => gpuHost(null), 'smoke/no-gpu', /Looked at: nvidia-smi: not installed; no \/dev\/nvidia\* device/],
    ['no toolkit', noToolkit, 'smoke/no-toolkit', /docker cannot give GPU 0 .* to a container/],
    ['a driver that does not work', mismatch, 'smoke/no-gpu', /the old kernel module is still loaded/],
    ['an exclusive process', () => own('exclusive'), 'smoke/gpu-busy', /admits one process, and it has process 4711/],
    ['compute mode', () => gpuHost(made('prohibited')), 'smoke/gpu-unsuitable', /Prohibited/],
  ])('%s', async (_, machine, code, said) => {
    const host = machine();
    host.forget('image');
    // One that is there and busy is looked at twice.
    const limitMs = code === 'smoke/gpu-busy' ? 4_000 : 2_000;
    const took = await quickest(limitMs, async () => {
      const work = smokeStage.run(hostProject(host, { smoke: { deviceWaitMs: 0 } }));
      await expect(work).rejects.toMatchObject({
        code,
        kind: 'infrastructure',
        message: expect.stringMatching(said) as string,
      });
    });
    expect(took).toBeLessThan(limitMs);
    expect(host.commands().filter(([, command]) => ['pull', 'create'].includes(command ?? ''))).toEqual([]);
  });
});
