import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { derived } from '../../gpu/nvidia/documents.ts';
import { engineProcess } from '../simulated/engine-process.ts';
import { type GpuHost, gpuHost } from '../simulated/gpu-host.ts';

function hostWith(uuid: string): GpuHost {
  return gpuHost((derived['h100-535']?.() ?? '').replace(/<uuid>[^<]*/, `<uuid>${uuid}`));
}

const overlaps = (host: GpuHost): boolean => existsSync(path.join(host.state, 'overlaps'));

test('ten smoke tests beside each other on one GPU: one at a time, none lost', async () => {
  const host = hostWith('GPU-22222222-0000-0000-0000-000000000001');
  const engines = Array.from({ length: 10 }, () => engineProcess(host));
  const outputs = await Promise.all(engines.map(({ ended }) => ended));
  expect(outputs.map((output) => /outcome: (\w+)/.exec(output)?.[1] ?? output)).toEqual(Array(10).fill('passed'));
  expect(overlaps(host)).toBe(false);
  expect(host.containers()).toEqual([]);
});

test('killed at any moment: the next run finds and removes what is left, whatever that is', async () => {
  const host = hostWith('GPU-22222222-0000-0000-0000-000000000002');
  const seen = new Set<string>();
  for (let moment = 0; moment < 24; moment++) {
    const engine = engineProcess(host);
    // From before its first question to after its end.
    await delay(100 + moment * 180);
    engine.kill();
    await engine.ended;
    // A daemon carries out what it was told, whoever asked.
    await delay(1_000);
    for (const name of host.containers()) {
      seen.add(existsSync(path.join(host.state, 'containers', name, 'pid')) ? 'running' : 'created');
    }
  }
  const output = await engineProcess(host).ended;
  expect(output).toContain('outcome: passed');
  expect(host.containers()).toEqual([]);
  expect(overlaps(host)).toBe(false);
  // The moments were worth something: containers were left behind.
  expect(seen).toContain('running');
  const removals = readFileSync(path.join(host.state, 'commands'), 'utf8').match(/\trm\t/g)?.length ?? 0;
  expect(removals).toBeGreaterThan(3);
});
