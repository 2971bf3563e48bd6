import { describe, expect, test } from 'vitest';
import { devicesOf } from '../../../src/gpu/devices.ts';
import { parseReport } from '../../../src/gpu/nvidia/report.ts';
import type { GpuSource } from '../../../src/gpu/source.ts';
import { GpuWatch } from '../../../src/gpu/watch.ts';
import { serverOf } from '../../../src/server/index.ts';
import type { Runtime, RunningServer } from '../../../src/smoke/runtimes/runtime.ts';
import { createSmokeStage } from '../../../src/smoke/stage.ts';
import { derived } from '../../gpu/nvidia/documents.ts';
import { random } from '../../fuzz/random.ts';
import { withPrograms } from '../../gpu/nvidia/programs.ts';
import { message, project, verdict } from '../fixture/project.ts';
import type { Fault } from '../fixture/server.ts';
import { failures } from '../simulated/gpu-host.ts';
import { spawnedRuntime } from '../fixture/spawned-runtime.ts';

/** A real server about which a runtime tells more. */
const telling = (more: Partial<RunningServer>, fault: Fault = 'none'): Runtime => {
  const runtime = spawnedRuntime({ fault });
  return { ...runtime, start: async (spec) => ({ ...(await runtime.start(spec)), ...more }) };
};

describe('memory that grows', () => {
  const MB = 1e6;

  test('but could not be looked at again: no verdict', async () => {
    let looks = 0;
    // The engine is asked for every request of the first 100, and then says no.
    const memory = () => Promise.resolve(++looks > 105 ? null : (100 + looks) * MB);
    const stage = createSmokeStage({ runtimes: [telling({ memory })], serverOf });
    const evidence = await stage.run(project({ requests: 100 }));
    expect(verdict(evidence, 'memory')).toBe('skipped');
    expect(message(evidence, 'memory')).toMatch(
      /^It grew by about .*MB with each request, but whether it goes on could not be seen: too few looks at 400 further requests\.$/,
    );
    expect(evidence.outcome).toBe('passed');
  });
});

describe('memory that grew, and of which further requests tell', () => {
  const MB = 1e6;
  const draw = random(5);
  const noise = Array.from({ length: 200 }, () => draw() * 1_000);

  /** So many bytes after so many looks at the further requests, of which there are about 60. */
  const judge = async (later: (looks: number) => number) => {
    let looks = 0;
    // One look for every request of the first 100, and one before.
    const memory = () => Promise.resolve((++looks > 102 ? later(looks - 102) : 100 + looks) * MB);
    const stage = createSmokeStage({ runtimes: [telling({ memory })], serverOf });
    const evidence = await stage.run(project({ requests: 100 }));
    return [verdict(evidence, 'memory'), message(evidence, 'memory')];
  };

  test('that it may go on, but not for certain: no verdict, with the figures', async () => {
    const [known, said] = await judge((looks) => 500 + 5 * looks + (noise[looks] ?? 0));
    expect(said).toMatch(
      /^It grew, and with 400 further requests it still grew, by about .*B with each \((perhaps not at all|at least .*)\): whether it leaks is not certain\./,
    );
    expect(known).toBe('skipped');
  });

  test('that it goes on, but too slowly: passed, and not because it stopped', async () => {
    expect(await judge((looks) => 200 + 0.2 * looks)).toEqual([
      'passed',
      'It grew, but with 400 further requests too slowly to reach the limit.',
    ]);
  });

  test('that it goes on: failed', async () => {
    expect((await judge((looks) => 200 + 10 * looks))[0]).toBe('failed');
  });
});

describe('memory of a GPU that grows', () => {
  const document = (derived['h100-535']?.() ?? '').replace(
    /<processes>[\s\S]*<\/processes>/,
    '<processes></processes>',
  );
  const devices = devicesOf(parseReport(document) ?? { driver: null, cuda: null, gpus: [] });
  const pid = 4711;

  /** A GPU on which the server has so much memory at a look. */
  const gpuWith = (mibNow: () => number): GpuWatch => {
    const report = parseReport(withPrograms(document, [{ pid, mib: 0 }], { busy: 50 }));
    const source: GpuSource = {
      look: () => {
        const usedMiB = mibNow();
        const gpus = report?.gpus.map((gpu) => ({
          ...gpu,
          memory: { ...gpu.memory, usedMiB },
          processes: gpu.processes.map((each) => ({ ...each, usedMiB })),
        }));
        return Promise.resolve({ report: report && { ...report, gpus: gpus ?? [] }, pids: [pid] });
      },
      kernelLog: () => Promise.resolve({ xids: [] }),
    };
    return new GpuWatch({ devices, source, everyMs: 4, settleMs: 0 });
  };

  test('with every request, also with further ones: it leaks', async () => {
    let asked = 0;
    const gpu = gpuWith(() => 600 + 100 * asked);
    await gpu.begin();
    const runtime = spawnedRuntime({ fault: 'slow' });
    const start: Runtime['start'] = async (spec) => {
      const server = await runtime.start(spec);
      const send: RunningServer['send'] = (request) => {
        if (request.path === '/predict') asked++;
        return server.send(request);
      };
      return { ...server, send, gpu };
    };
    const stage = createSmokeStage({ runtimes: [{ ...runtime, start }], serverOf });
    const evidence = await stage.run(project({ requests: 100, concurrency: 8 }));
    await gpu.end();
    expect(message(evidence, 'gpu-growth')).toMatch(/^It leaks on GPU 0 .*: memory grows with every request/);
    expect(failures(evidence)).toEqual(['gpu-growth']);
    const { gpuMemoryGrowth, details } = evidence.volatile;
    expect(gpuMemoryGrowth?.lowBytes).toBeGreaterThan(0);
    expect(gpuMemoryGrowth?.device).toContain('H100');
    expect(details.join('\n')).toMatch(/memory of GPU 0 .* for each of 400 more \(at least/);
  });
});
