import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { SmokeConfig } from '../../../src/config/config.ts';
import { serverOf } from '../../../src/server/index.ts';
import { processRuntimeOf } from '../../../src/smoke/runtimes/process.ts';
import { Reach } from '../../../src/smoke/runtimes/reach.ts';
import { createSmokeStage, smokeStage } from '../../../src/smoke/stage.ts';
import { freePort } from '../../free-ports.ts';
import { machine, smiScript } from '../../gpu/machine.ts';
import { real } from '../../gpu/nvidia/documents.ts';
import { message, project, verdict } from '../fixture/project.ts';
import { type Fault, fixtureServer, leakBytes } from '../fixture/server.ts';
import { quickest } from '../../quickest.ts';

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

  test.each([
    [2 ** 20, ['peak-memory'], /It had more memory than that while it was asked/],
    [2 ** 34, [], /It never had more memory than that/],
  ])('is held against smoke.maxMemory: %i bytes', async (maxMemoryBytes, expected, said) => {
    const evidence = await smokeStage.run(given({ url: await program('none'), maxMemoryBytes }));
    expect(evidence.checks.filter((check) => check.verdict === 'failed').map(({ id }) => id)).toEqual(expected);
    expect(message(evidence, 'peak-memory')).toMatch(said);
  });

  test('that grows with every request and would reach the limit fails', async () => {
    const evidence = await smokeStage.run(given({ url: await program('leaks'), requests: 150 }));
    expect(evidence.checks.filter((check) => check.verdict === 'failed').map(({ id }) => id)).toEqual(['memory']);
    expect(message(evidence, 'memory')).toBe('It leaks: memory grows with every request and would be above the limit.');
    expect(evidence.volatile.memoryGrowth?.lowBytes).toBeGreaterThan(leakBytes * 0.8);
    expect(evidence.volatile.memoryGrowth?.perRequestBytes).toBeLessThan(leakBytes * 1.5);
  });

  test('that looks like a leak until it is warm passes, after more requests', async () => {
    const evidence = await smokeStage.run(given({ url: await program('warms-up-slowly'), requests: 150 }));
    expect(verdict(evidence, 'memory')).toBe('passed');
    expect(message(evidence, 'memory')).toMatch(
      // What the allocator still takes is not what the cache took.
      /^It grew, but (not any more with 600 further requests: that was no leak|with 600 further requests too slowly to reach the limit)\.$/,
    );
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
    expect(skipped).toEqual(['image', 'non-root', 'golden', 'slowdown', 'memory', 'stop', 'in-flight', 'clean']);
    expect(evidence.summary).toContain('skipped: image, non-root, golden, slowdown, memory, stop, in-flight, clean');
  });

  test('fails like any other', async () => {
    const evidence = await smokeStage.run(given({ url: await running('nan') }));
    expect(verdict(evidence, 'answers')).toBe('failed');
  });

  test('where nobody listens is an error soon; one whose port opens has the whole time to become ready', async () => {
    const stage = createSmokeStage({ runtimes: [processRuntimeOf(400)], serverOf });
    const closed = `http://127.0.0.1:${await freePort()}`;
    const began = performance.now();
    await expect(stage.run(given({ url: closed, readyTimeoutMs: 60_000 }))).rejects.toMatchObject({
      code: 'smoke/nobody-listens',
      kind: 'infrastructure',
      message: expect.stringMatching(
        /^Nobody listens at http:.* every connection was refused \(.*ECONNREFUSED/,
      ) as string,
    });
    expect(performance.now() - began).toBeLessThan(20_000);

    const starting = fixtureServer('never-ready');
    open.push(starting.listen(Number(new URL(closed).port), '127.0.0.1'));
    const evidence = await stage.run(given({ url: closed, readyTimeoutMs: 1_500 }));
    expect(message(evidence, 'ready')).toMatch(/^No inference was answered in time: GET \/readyz: HTTP 503/);
    expect(evidence.volatile.details.join('\n')).toMatch(new RegExp(`served by .* \\(process ${process.pid}\\)`));
  });

  test('that nobody can reach is an error also when the time to become ready is over before', async () => {
    const closed = `http://127.0.0.1:${await freePort()}`;
    await expect(smokeStage.run(given({ url: closed, readyTimeoutMs: 600 }))).rejects.toMatchObject({
      code: 'smoke/nobody-listens',
      message: expect.stringContaining('for 0.6 s every connection was refused') as string,
    });
  });

  test('whose name nobody knows was not refused, and that is no firewall', () => {
    const reach = new Reach(new URL('http://nobody.test'), 0);
    expect(() => reach.demand()).not.toThrow();
    const message = 'getaddrinfo ENOTFOUND nobody.test';
    reach.saw({ kind: 'none', reason: 'refused', message, ms: 1, missing: 'connection' });
    expect(() => reach.demand()).toThrow(/could not be reached: .*no connection came about \(getaddrinfo ENOTFOUND/);
    reach.saw({ kind: 'none', reason: 'broken', message: 'it broke', ms: 1 });
    expect(() => reach.demand()).not.toThrow();
  });

  test('without the readiness path is told what it may be', async () => {
    const url = `${await running('none')}/predict`;
    const evidence = await smokeStage.run(given({ url, readyTimeoutMs: 1_000 }));
    expect(message(evidence, 'ready')).toMatch(
      /GET \/readyz: HTTP 404: the server has no such path \(with server\.type: custom, server\.readyPath names another one; the path of smoke\.url goes before it\)\.$/,
    );
  });

  test('whose packets are dropped is an error, and no slow server', async () => {
    // Connections that nobody accepts fill the queue; the kernel drops what comes then.
    const script = `require('node:net').createServer().listen(0, '127.0.0.1', 1, function () {
      require('node:fs').writeSync(1, 'at ' + this.address().port);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    })`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    const port = Number(/at (\d+)/.exec(said.toString())?.[1]);
    const fillers = Array.from({ length: 4 }, () =>
      net.connect({ port, host: '127.0.0.1' }).on('error', () => undefined),
    );
    await Promise.all(fillers.slice(0, 2).map((socket) => once(socket, 'connect')));
    const stage = createSmokeStage({ runtimes: [processRuntimeOf(1_500)], serverOf });
    await expect(stage.run(given({ url: `http://127.0.0.1:${port}`, readyTimeoutMs: 60_000 }))).rejects.toMatchObject({
      code: 'smoke/nobody-listens',
      message: expect.stringMatching(
        /could not be reached: for 1\.5 s no connection came about \(no connection within/,
      ) as string,
      hint: expect.stringContaining('A firewall that drops packets') as string,
    });
    for (const socket of fillers) socket.destroy();
  });

  test.each<[string, boolean, RegExp]>([
    ['a certificate of its own', true, /^No TLS connection to https:.* could be made: .*self-signed certificate/],
    ['no TLS', false, /^No TLS connection to https:.* could be made: .*(wrong version number|packet length)/],
  ])('with %s at an https address is an error at once, with its words', async (_title, tls, words) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tls-'));
    const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
    const what = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
    execFileSync('openssl', [...what, '-subj', '/CN=localhost', '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const server = tls
      ? https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => response.end())
      : createServer((_, response) => response.end());
    open.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    const address = server.address();
    const url = `https://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    const began = performance.now();
    await expect(smokeStage.run(given({ url, readyTimeoutMs: 60_000 }))).rejects.toMatchObject({
      code: 'smoke/url-tls',
      kind: 'infrastructure',
      message: expect.stringMatching(words) as string,
    });
    expect(performance.now() - began).toBeLessThan(8_000);
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
    const took = await quickest(2_000, async () => {
      const work = smokeStage.preflight(given({ url, runtime: 'process', device: 'require-gpu' }));
      await expect(work).rejects.toMatchObject({
        code: 'smoke/no-gpu',
        message: expect.stringMatching(/nvidia-smi: not installed; no \/dev\/nvidia\* device/) as string,
      });
    });
    expect(took).toBeLessThan(2_000);
  });

  test.each([
    ['echo "Failed to initialize NVML: Driver/library version mismatch"; exit 18', 'Failed to initialize NVML'],
    ['sleep 60', 'no answer within 1500 ms'],
    ['true', 'reports no GPU'],
  ])('a driver that does not work is none: %s', async (script, said) => {
    const context = given({ url, runtime: 'process', device: 'require-gpu' }, machineWith(script));
    const took = await quickest(2_000, () => expect(smokeStage.preflight(context)).rejects.toThrow(said));
    expect(took).toBeLessThan(2_000);
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
    expect(evidence.summary).toMatch(/on the CPU instead of a GPU: .*A GPU was preferred but none was found/);
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
