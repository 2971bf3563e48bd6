import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { acquire } from '../../../src/gpu/acquire.ts';
import { devicesOf } from '../../../src/gpu/devices.ts';
import { parseReport } from '../../../src/gpu/nvidia/report.ts';
import { smokeStage } from '../../../src/smoke/stage.ts';
import { until } from '../../cluster/poll.ts';
import { derived } from '../../gpu/nvidia/documents.ts';
import { engineProcess } from '../simulated/engine-process.ts';
import { type GpuHost, gpuHost, hostProject } from '../simulated/gpu-host.ts';

function hostWith(uuid: string): GpuHost {
  return gpuHost((derived['h100-535']?.() ?? '').replace(/<uuid>[^<]*/, `<uuid>${uuid}`));
}

const isRunning = (host: GpuHost): boolean =>
  host.containers().some((name) => existsSync(path.join(host.state, 'containers', name, 'live.xml')));

const overlaps = (host: GpuHost): boolean => existsSync(path.join(host.state, 'overlaps'));

test('ten smoke tests beside each other on one GPU: one at a time, none lost', async () => {
  const host = hostWith('GPU-22222222-0000-0000-0000-000000000001');
  const engines = Array.from({ length: 10 }, () => engineProcess(host, { smoke: { deviceWaitMs: 600_000 } }));
  const outputs = await Promise.all(engines.map(({ ended }) => ended));
  expect(outputs.map((output) => /outcome: (\w+)/.exec(output)?.[1] ?? output)).toEqual(Array(10).fill('passed'));
  expect(overlaps(host)).toBe(false);
  expect(host.containers()).toEqual([]);
});

test('killed at any moment: the next run finds and removes what is left, whatever that is', async () => {
  const host = hostWith('GPU-22222222-0000-0000-0000-000000000002');
  const seen = new Set<string>();
  // Moments are counted in commands, not in time: from before the first one to the end of the test.
  for (let moment = 0; moment <= 36; moment += 2) {
    const before = host.commands().length;
    const engine = engineProcess(host);
    let over = false;
    void engine.ended.then(() => (over = true));
    await until(`command ${moment}`, () => Promise.resolve(over || host.commands().length >= before + moment), {
      timeout: 60_000,
      every: 5,
    });
    engine.kill();
    await engine.ended;
    for (const name of host.containers()) {
      seen.add(existsSync(path.join(host.state, 'containers', name, 'pid')) ? 'running' : 'created');
    }
  }
  // A daemon carries out what it was told, whoever asked: give it the time.
  await delay(2_000);
  const output = await engineProcess(host).ended;
  expect(output).toContain('outcome: passed');
  expect(host.containers()).toEqual([]);
  expect(overlaps(host)).toBe(false);
  // The moments were worth something: containers were left behind, and found.
  expect([...seen].toSorted()).toEqual(['created', 'running']);
});

test('go one after the other, none is lost, and each knows for whom it waits', async () => {
  const host = hostWith('GPU-11111111-0000-0000-0000-000000000001');
  const engines = [1, 2, 3].map(() => engineProcess(host));
  const outputs = await Promise.all(engines.map(({ ended }) => ended));
  expect(outputs.map((output) => /outcome: (\w+)/.exec(output)?.[1] ?? output)).toEqual(['passed', 'passed', 'passed']);
  expect(overlaps(host)).toBe(false);
  expect(host.containers()).toEqual([]);
  const waited = outputs.filter((output) =>
    /wait for a GPU: GPU 0 \(NVIDIA H100 80GB HBM3\) is held by the smoke test of sum \(process \d+\) since \d{4}-/.test(
      output,
    ),
  );
  expect(waited).toHaveLength(2);
}, 120_000);

test('a container whose engine lives is left alone', async () => {
  const host = hostWith('GPU-11111111-0000-0000-0000-000000000003');
  const first = engineProcess(host, { env: { FAULT: 'never-ready' } });
  await until('its container runs', () => Promise.resolve(isRunning(host)), { timeout: 60_000 });
  const [name] = host.containers();
  const cpu = { smoke: { device: 'cpu' as const }, resources: { gpu: null } };
  const evidence = await smokeStage.run(hostProject(host, cpu));
  expect(evidence.outcome).toBe('passed');
  expect(host.containers()).toEqual([name]);
  first.kill();
  await first.ended;
  await smokeStage.run(hostProject(host, cpu));
  expect(host.containers()).toEqual([]);
}, 120_000);

test('waiting has an end, which names the holder', async () => {
  const host = hostWith('GPU-11111111-0000-0000-0000-000000000004');
  const report = parseReport(readFileSync(path.join(host.state, 'smi.xml'), 'utf8'));
  const devices = report === null ? [] : devicesOf(report);
  const { signal } = new AbortController();
  const mine = await acquire(devices, { count: 1, what: 'a person', waitMs: 0, signal, onWait: () => undefined });
  await expect(smokeStage.run(hostProject(host, { smoke: { deviceWaitMs: 300 } }))).rejects.toMatchObject({
    code: 'smoke/gpu-busy',
    message: expect.stringMatching(/is held by a person \(process \d+\) since .*Z/) as string,
  });
  await mine.release();
  const evidence = await smokeStage.run(hostProject(host, { smoke: { deviceWaitMs: 300 } }));
  expect(evidence.outcome).toBe('passed');
}, 60_000);
