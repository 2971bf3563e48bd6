import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../../src/config/config.ts';
import { tryLock } from '../../../src/gpu/lock.ts';
import { gpuNeeds } from '../../../src/gpu/needs.ts';
import { silentReporter } from '../../../src/pipeline/reporter.ts';
import { serverOf } from '../../../src/server/index.ts';
import { containerRuntime } from '../../../src/smoke/runtimes/container.ts';
import { usualPatience } from '../../../src/smoke/runtimes/container/smoke-container.ts';
import { createSmokeStage } from '../../../src/smoke/stage.ts';
import { derived } from '../../gpu/nvidia/documents.ts';
import { withPrograms } from '../../gpu/nvidia/programs.ts';
import { message, verdict } from '../fixture/project.ts';
import { digest, failures, type GpuHost, gpuHost, hostProject, type HostProject } from '../simulated/gpu-host.ts';

const made = (name: string): string => derived[name]?.() ?? '';
/** Locks hold for the machine: another checkout may run the same test at this moment. */
const uuid = `GPU-33333333-0000-0000-0000-${String(process.pid).padStart(12, '0')}`;
const own = (xml: string) => gpuHost(xml.replace(/<uuid>[^<]*/, `<uuid>${uuid}`));
const h100 = () => own(made('h100-535'));

const patience = { ...usualPatience, gpuLookMs: 200, gpuSettleMs: 300 };
const stage = createSmokeStage({ runtimes: [containerRuntime('docker', patience)], serverOf });

/** Runs the test, and does something to the host as soon as a task begins. */
function smoke(
  host: GpuHost,
  wish: HostProject = {},
  [at, act]: readonly [string, () => void] = ['', () => undefined],
) {
  const reporter = {
    ...silentReporter,
    task: (title: string) => {
      if (title === at) act();
      return silentReporter.task(title);
    },
  };
  return stage.run({ ...hostProject(host, wish), reporter });
}

describe('a driver that dies says nothing against the model', () => {
  const lost = 'Unable to determine the device handle for GPU 0000:00:1E.0: GPU is lost.  Reboot the system';

  test('while requests are made', async () => {
    const host = h100();
    const dies = smoke(host, {}, [
      'Answers fast enough',
      () => {
        host.set('smi-fails', lost);
      },
    ]);
    await expect(dies).rejects.toMatchObject({
      code: 'smoke/gpu-fault',
      kind: 'infrastructure',
      message: expect.stringMatching(
        /the driver does not answer any more, .*: a GPU has fallen off the bus\.$/,
      ) as string,
    });
    expect(host.containers()).toEqual([]);
  });

  test('which takes the server with it', async () => {
    const host = h100();
    const dies = smoke(host, { env: { FAULT: 'crash-on-third' } }, [
      'Answers generated requests with the right shape and finite numbers',
      () => {
        host.set('smi-fails', lost);
      },
    ]);
    await expect(dies).rejects.toMatchObject({ code: 'smoke/gpu-fault' });
    expect(host.containers()).toEqual([]);
  });
});

describe('what cannot be told', () => {
  test('a display that takes memory meanwhile is no memory of the server’s', async () => {
    const host = h100();
    host.set('later.xml', withPrograms(host.read('smi.xml'), [{ pid: 8, mib: 900, type: 'G', name: 'browser' }]));
    const limit = { device: 'require-gpu' as const, maxGpuMemoryBytes: 700 * 2 ** 20 };
    const evidence = await smoke(host, { smoke: limit, env: { SIM_XML: 'later.xml' } });
    expect(failures(evidence)).toEqual([]);
    expect(['gpu-memory', 'clean'].map((id) => verdict(evidence, id))).toEqual(['passed', 'skipped']);
    expect(message(evidence, 'clean')).toMatch(/^900 MiB more than before are in use on GPU 0 .*not known/);
    expect(evidence.volatile.details.join('\n')).toContain('; beside it process 725, 8 with 922 MiB;');
  });
});

test('a GPU that another program keeps busy, and the line of the driver about a server that is told to end', async () => {
  const host = own(made('busy'));
  const evidence = await smoke(host, {}, [
    'Ends cleanly on SIGTERM',
    () => {
      const [name = ''] = host.containers();
      const pid = host.read(`containers/${name}/pid`);
      host.set('dmesg', `[ 99.1] NVRM: Xid (PCI:0000:00:1e): 45, pid=${pid}, name=node, Ch 00000010\n`);
    },
  ]);
  expect(failures(evidence)).toEqual([]);
  expect(message(evidence, 'gpu-used')).toMatch(
    /process 4711 may compute there, too, and it was busy without requests/,
  );
  expect(verdict(evidence, 'gpu-used')).toBe('skipped');
  expect(message(evidence, 'gpu-errors')).toMatch(/When the test ended the server, which is no error: Xid 45/);
  expect(verdict(evidence, 'gpu-errors')).toBe('passed');
});

test('a server that ends at once has had its GPU all the same', async () => {
  const evidence = await smoke(h100(), { env: { FAULT: 'exits-at-start' } });
  expect(failures(evidence)).toContain('ready');
  expect(evidence.hardware).toEqual({ device: 'gpu', name: 'NVIDIA H100 80GB HBM3' });
});

test('out of memory of a GPU that others hold: no verdict', async () => {
  const env = { FAULT: 'out-of-gpu-memory' };
  await expect(smoke(own(made('busy')), { env })).rejects.toMatchObject({
    code: 'smoke/gpu-busy',
    kind: 'infrastructure',
    message: expect.stringMatching(
      /^The server ran out of memory of the GPU while others \(process 4711\) held 70\.3 GiB of 79\.6 GiB there: torch\.OutOfMemoryError: /,
    ) as string,
  });
});

test('a start that fails when the driver is watched already: nobody looks at the GPU any more', async () => {
  const host = h100();
  const looksLeft = () => Number(host.read('smi-dies-after'));
  host.set('smi-dies-after', '1000');
  const context = hostProject(host);
  const server = serverOf(context.config);
  // Once when the devices are chosen, once when they are taken, and once more when they are watched.
  const probes = (config: Config) => {
    if (looksLeft() < 998) throw new Error('of the server');
    return server.probes(config);
  };
  const spec = {
    ...context,
    server: { ...server, probes },
    needs: gpuNeeds(context.config, {}, ''),
    image: `registry.example/sum@${digest}`,
    platformDigests: [],
    modelDigest: null,
  };
  const runtime = containerRuntime('docker', { ...patience, gpuLookMs: 20 });
  await expect(runtime.start(spec)).rejects.toThrow('of the server');
  const left = looksLeft();
  expect(left).toBe(997);
  await delay(500);
  expect(looksLeft()).toBe(left);
});

test('a variable that no container of this machine can be given is told before anybody waits for a GPU', async () => {
  const lock = await tryLock(uuid, { what: 'another test', pid: 1, since: '2026-01-01T00:00:00Z' });
  const wish: HostProject = { env: { KEY: 'a\nb' }, smoke: { device: 'require-gpu', deviceWaitMs: 3_600_000 } };
  await expect(smoke(h100(), wish)).rejects.toMatchObject({ code: 'smoke/variable' });
  await lock?.release();
});
