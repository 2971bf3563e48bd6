import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { serverOf } from '../../../src/server/index.ts';
import { containerRuntime } from '../../../src/smoke/runtimes/container.ts';
import { usualPatience } from '../../../src/smoke/runtimes/container/smoke-container.ts';
import { createSmokeStage, smokeStage } from '../../../src/smoke/stage.ts';
import { derived, real } from '../../gpu/nvidia/documents.ts';
import { message, verdict } from '../fixture/project.ts';
import { digest, failures, type GpuHost, gpuHost, hostProject, type HostProject } from '../simulated/gpu-host.ts';

const made = (name: string): string => derived[name]?.() ?? '';
const h100 = (): GpuHost => gpuHost(made('h100-535'));
const smoke = (host: GpuHost, wish: HostProject = {}) => smokeStage.run(hostProject(host, wish));
const cpu: HostProject = { smoke: { device: 'cpu' }, resources: { gpu: null } };

const needs16 = { resources: { gpu: { count: 1, memory: '16Gi' } } };
const createLine = (host: GpuHost): string[] => host.commands().find(([, command]) => command === 'create') ?? [];

describe('a simulated GPU', () => {
  test('an Xid of the program fails; one of another board is none of ours', async () => {
    const own = 'NVRM: Xid (PCI:0000:00:1e): 31, pid=PID, name=python3, MMU Fault';
    const evidence = await smoke(h100(), { env: { SIM_XID: own } });
    expect(failures(evidence)).toEqual(['gpu-errors']);
    expect(message(evidence, 'gpu-errors')).toContain(
      'Xid 31, the program touched memory of the GPU that is not its own: pid=',
    );
    const foreign = await smoke(h100(), { env: { SIM_XID: own.replace('00:1e', '41:00') } });
    expect(failures(foreign)).toEqual([]);
    const another = await smoke(h100(), { env: { SIM_XID: own.replace('PID', '1') } });
    expect(failures(another)).toEqual([]);
    expect(verdict(another, 'gpu-errors')).toBe('skipped');
    expect(message(another, 'gpu-errors')).toMatch(
      /^The driver reported: Xid 31.* Whether it was the container's is not known\.$/,
    );
  });

  test('an Xid of the board and new errors of its memory are an error, and say nothing against the model', async () => {
    const host = h100();
    const xid = 'NVRM: Xid (PCI:0000:00:1e): 79, GPU has fallen off the bus.';
    await expect(smoke(host, { env: { SIM_XID: xid } })).rejects.toMatchObject({
      code: 'smoke/gpu-fault',
      kind: 'infrastructure',
      message: expect.stringContaining('Xid 79, the GPU has fallen off the bus: power, heat or slot') as string,
    });
    expect(host.containers()).toEqual([]);
    const other = gpuHost(real('a10g'));
    other.set('later.xml', made('ecc-errors'));
    await expect(smoke(other, { env: { SIM_XML: 'later.xml' } })).rejects.toThrow(
      /3 errors of its memory could not be corrected/,
    );
    expect(other.containers()).toEqual([]);
  });

  test('memory of the GPU that grows with every look is a leak', async () => {
    const patience = { ...usualPatience, gpuLookMs: 100 };
    const stage = createSmokeStage({ runtimes: [containerRuntime('docker', patience)], serverOf });
    const wish = { env: { SIM_GPU: 'leaks', FAULT: 'slow' }, smoke: { requests: 150 }, ...needs16 };
    const evidence = await stage.run(hostProject(h100(), wish));
    expect(failures(evidence)).toEqual(['gpu-growth']);
    expect(evidence.volatile.gpuMemoryGrowth?.perRequestBytes).toBeGreaterThan(2 ** 20);
  });

  test('a process that was never seen busy in a short time: how to make it longer', async () => {
    const evidence = await smoke(h100(), { env: { SIM_GPU: 'idle' } });
    expect(failures(evidence)).toEqual([]);
    expect(verdict(evidence, 'gpu-used')).toBe('skipped');
    expect(message(evidence, 'gpu-used')).toMatch(/all requests took \d+ ms, too short to see it busy/);
  });

  test('out of memory of a GPU that nobody else uses: its own fault', async () => {
    expect(failures(await smoke(h100(), { env: { FAULT: 'out-of-gpu-memory' } }))).toContain('ready');
  });

  test('memory that stays on the device is not clean', async () => {
    const evidence = await smoke(h100(), { env: { SIM_STUCK: '900' } });
    expect(failures(evidence)).toEqual(['clean']);
    expect(message(evidence, 'clean')).toContain('900 MiB of memory on GPU 0 (NVIDIA H100 80GB HBM3)');
  });

  test('a kernel log that may not be read is said, not hidden', async () => {
    const host = h100();
    host.set('dmesg-denied', '');
    const evidence = await smoke(host);
    expect(evidence.outcome).toBe('passed');
    expect(message(evidence, 'gpu-errors')).toContain(
      'Xid errors cannot be seen: this user may not read the kernel log',
    );
  });

  test('two of them are quoted for docker', async () => {
    const two = made('two-a100-one-mig').replace(/<current_mig>Enabled/, '<current_mig>Disabled');
    const host = gpuHost(two);
    const evidence = await smoke(host, { resources: { gpu: { count: 2, memory: null } } });
    expect(evidence.hardware.name).toBe('NVIDIA A100-SXM4-80GB, NVIDIA H100 80GB HBM3');
    expect(createLine(host)).toContain(
      '--gpus="device=GPU-513536b6-7d19-9063-b049-1e69664bb298,GPU-aaaaaaaa-0000-0000-0000-000000000001"',
    );
  });

  test('cannot start the container: the program’s fault or its own', async () => {
    const host = h100();
    const exec = 'OCI runtime create failed: exec: "/srv/run": stat /srv/run: no such file or directory: unknown';
    const evidence = await smoke(host, { env: { SIM_START: exec } });
    expect(failures(evidence)).toContain('ready');
    expect(message(evidence, 'ready')).toContain('/srv/run');
    const driver = 'could not select device driver "" with capabilities: [[gpu]]';
    await expect(smoke(h100(), { env: { SIM_START: driver } })).rejects.toMatchObject({
      code: 'smoke/container-config',
    });
    expect(host.containers()).toEqual([]);
  });

  test('programs of others that leave enough are no obstacle', async () => {
    const beside = await smoke(gpuHost(made('busy')));
    expect(beside.outcome).toBe('passed');
  });
});

describe('on the CPU', () => {
  test('an image without a digest, only with an id, is not the one that was built', async () => {
    const host = gpuHost(null);
    host.set('digests', '[]');
    // A registry that has no image of that id.
    const registry = createServer((_, response) => response.writeHead(404).end('{}')).listen(0, '127.0.0.1');
    await once(registry, 'listening');
    const { port } = registry.address() as AddressInfo;
    const evidence = await smoke(host, { ...cpu, image: `127.0.0.1:${port}/sum@${digest}`, insecure: true });
    registry.close();
    expect(failures(evidence)).toEqual(['image']);
    expect(message(evidence, 'image')).toBe(
      `Another image runs: the runtime reports the digest sha256:${'d'.repeat(64)}.`,
    );
  });

  test.each([
    ['exits-at-start', ['ready', 'alive'], /ModuleNotFoundError/],
    ['ignores-sigterm', ['stop'], /had to be killed/],
    ['exit-code-7', ['stop'], /exit code 7/],
    ['nan', ['answers'], /NaN/],
  ])('a server that behaves badly: %s', async (fault, wanted, said) => {
    const evidence = await smoke(gpuHost(null), {
      ...cpu,
      smoke: { device: 'cpu', stopTimeoutMs: 2_000 },
      env: { FAULT: fault },
    });
    expect(failures(evidence)).toEqual(wanted);
    expect(JSON.stringify(evidence)).toMatch(said);
  });
});
