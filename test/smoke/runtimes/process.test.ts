import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { SmokeConfig } from '../../../src/config/config.ts';
import { smokeStage } from '../../../src/smoke/stage.ts';
import { machine, smiScript } from '../../gpu/machine.ts';
import { real } from '../../gpu/nvidia/documents.ts';
import { message, project, verdict } from '../fixture/project.ts';
import { type Fault, fixtureServer, leakBytes } from '../fixture/server.ts';

const open: Server[] = [];
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of open.splice(0)) server.close();
});

async function running(fault: Fault): Promise<string> {
  const server = fixtureServer(fault);
  open.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

/** A PATH that holds nothing but an `nvidia-smi` that prints this. */
function machineWith(script: string | null): Record<string, string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'smi-'));
  if (script !== null) {
    writeFileSync(path.join(folder, 'nvidia-smi'), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(folder, 'nvidia-smi'), 0o755);
  }
  return { PATH: `${folder}:/bin:/usr/bin` };
}

const given = (smoke: Partial<SmokeConfig>, environment: Record<string, string> = machineWith(null)) => {
  const context = project(smoke);
  return { ...context, access: { ...context.access, environment } };
};

describe('the memory of a server of this machine', () => {
  async function program(fault: Fault): Promise<string> {
    const file = path.join(import.meta.dirname, '../fixture/server.ts');
    const child = spawn(process.execPath, [file, '0', fault], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    return `http://127.0.0.1:${/listening at (\d+)/.exec(said.toString())?.[1] ?? ''}`;
  }

  test('that grows with every request and would reach the limit fails', async () => {
    const evidence = await smokeStage.run(given({ url: await program('leaks'), requests: 300 }));
    expect(evidence.checks.filter((check) => check.verdict === 'failed').map(({ id }) => id)).toEqual(['memory']);
    expect(message(evidence, 'memory')).toBe('It leaks: memory grows with every request and would be above the limit.');
    expect(evidence.volatile.memoryGrowth?.lowBytes).toBeGreaterThan(leakBytes * 0.8);
    expect(evidence.volatile.memoryGrowth?.perRequestBytes).toBeLessThan(leakBytes * 1.5);
  });

  test('that rises while it warms up and then stands still passes', async () => {
    const evidence = await smokeStage.run(given({ url: await program('warms-up'), requests: 300 }));
    expect(verdict(evidence, 'memory')).toBe('passed');
    const { firstBytes = 0, lastBytes = 0 } = evidence.volatile.memoryGrowth ?? {};
    expect(lastBytes - firstBytes).toBeGreaterThan(leakBytes * 80);
  });
});

describe('a server that already runs', () => {
  test('is asked, but neither started nor stopped, and that is said', async () => {
    const evidence = await smokeStage.run(given({ url: await running('none') }));
    expect(evidence.outcome).toBe('passed');
    expect(evidence.runtime).toBe('process');
    const skipped = evidence.checks.filter((check) => check.verdict === 'skipped').map(({ id }) => id);
    expect(skipped).toEqual(['image', 'non-root', 'golden', 'memory', 'stop', 'in-flight', 'clean']);
    expect(evidence.summary).toContain('skipped: image, non-root, golden, memory, stop, in-flight, clean');
  });

  test('fails like any other', async () => {
    const evidence = await smokeStage.run(given({ url: await running('nan') }));
    expect(verdict(evidence, 'answers')).toBe('failed');
  });

  test('needs an address', async () => {
    await expect(smokeStage.preflight(given({ runtime: 'process' }))).rejects.toMatchObject({
      code: 'smoke/no-url',
      kind: 'usage',
    });
  });

  test('docker that is not there is an honest error', async () => {
    const environment = { PATH: '/nowhere' };
    await expect(smokeStage.preflight(given({ runtime: 'docker' }, environment))).rejects.toMatchObject({
      code: 'smoke/no-engine',
      hint: 'Install it: sudo apt-get install docker.io',
    });
  });
});

describe('GPU', () => {
  const url = 'http://127.0.0.1:9';

  test('required and not there: within 2 s, naming what was looked for and found', async () => {
    const began = performance.now();
    await expect(smokeStage.preflight(given({ url, runtime: 'process', device: 'require-gpu' }))).rejects.toMatchObject(
      {
        code: 'smoke/no-gpu',
        message: expect.stringMatching(/nvidia-smi: not installed; no \/dev\/nvidia\* device/) as string,
      },
    );
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test.each([
    ['echo "Failed to initialize NVML: Driver/library version mismatch"; exit 18', 'Failed to initialize NVML'],
    ['sleep 60', 'no answer within 1500 ms'],
    ['true', 'reports no GPU'],
  ])('a driver that does not work is none: %s', async (script, said) => {
    const began = performance.now();
    const context = given({ url, runtime: 'process', device: 'require-gpu' }, machineWith(script));
    await expect(smokeStage.preflight(context)).rejects.toThrow(said);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test('there: named, but that the server uses it is not claimed', async () => {
    const here = machine();
    here.program('nvidia-smi', smiScript(real('a100-sxm4-v12')));
    const { environment } = here;
    const evidence = await smokeStage.run(given({ url: await running('none'), device: 'require-gpu' }, environment));
    expect(evidence.hardware).toEqual({ device: 'gpu', name: 'NVIDIA A100-SXM4-80GB' });
    expect(verdict(evidence, 'device')).toBe('skipped');
  });

  test('preferred and not there: the CPU, and the summary says so', async () => {
    const evidence = await smokeStage.run(given({ url: await running('none'), device: 'prefer-gpu' }));
    expect(evidence.hardware.device).toBe('cpu');
    expect(evidence.summary).toContain('on the CPU, since no GPU was found');
  });
});

describe('preflight', () => {
  test('a golden file that cannot be read as one', async () => {
    const context = project(
      { url: 'http://127.0.0.1:9', golden: 'golden.json' },
      { 'golden.json': '{\n  "requests": 1\n}' },
    );
    await expect(smokeStage.preflight(context)).rejects.toThrow(/^golden\.json:1:1: expected a field "requests"/);
  });

  test('a cluster that cannot be reached is said within seconds', async () => {
    const kubeconfig = path.join(mkdtempSync(path.join(tmpdir(), 'kube-')), 'config');
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        'current-context': 'c',
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
        users: [{ name: 'u', user: {} }],
      }),
    );
    const context = project({});
    const began = performance.now();
    await expect(smokeStage.preflight({ ...context, access: { ...context.access, kubeconfig } })).rejects.toMatchObject(
      { code: 'kubernetes/unreachable' },
    );
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
