import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '../../cluster/poll.ts';
import { derived } from '../../gpu/nvidia/documents.ts';
import { engineProcess } from '../simulated/engine-process.ts';
import { type GpuHost, gpuHost } from '../simulated/gpu-host.ts';

/** A host whose GPU no other test has: locks are of the machine, not of the simulated host. */
function hostWith(uuid: string): GpuHost {
  return gpuHost((derived['h100-535']?.() ?? '').replace(/<uuid>[^<]*/, `<uuid>${uuid}`));
}

const overlaps = (host: GpuHost): string => {
  const file = path.join(host.state, 'overlaps');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};

const isRunning = (host: GpuHost): boolean =>
  readdirSync(path.join(host.state, 'containers')).some((name) =>
    existsSync(path.join(host.state, 'containers', name, 'live.xml')),
  );

describe('several smoke tests and one GPU', () => {
  test('the next takes over from one that was killed, and removes what it left', async () => {
    // Locks hold for the machine: another checkout may run the same test at this moment.
    const host = hostWith(`GPU-11111111-0000-0000-0002-${String(process.pid).padStart(12, '0')}`);
    const first = engineProcess(host, { env: { FAULT: 'never-ready' } });
    await until('its container runs', () => Promise.resolve(isRunning(host)), { timeout: 60_000 });
    const [left] = host.containers();
    const second = engineProcess(host);
    await until('the second waits', () => Promise.resolve(second.output().includes('wait for a GPU')), {
      timeout: 60_000,
    });
    first.kill();
    const output = await second.ended;
    expect(output).toContain(`Removed ${left ?? ''}, left behind by a run that died`);
    expect(output).toContain('outcome: passed');
    expect(overlaps(host)).toBe('');
    expect(host.containers()).toEqual([]);
  }, 120_000);
});
