import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smokeStage } from '../../../src/smoke/stage.ts';
import { until } from '../../cluster/poll.ts';
import { real } from '../../gpu/nvidia/documents.ts';
import { message, verdict } from '../fixture/project.ts';
import { type RealEngines, startEngines } from '../fixture/real-engines.ts';
import { engineProcess } from '../simulated/engine-process.ts';
import { failures, gpuHost, hostProject, type HostProject } from '../simulated/gpu-host.ts';

let engines: RealEngines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(async () => {
  await engines[Symbol.asyncDispose]();
});

describe.each(['docker', 'podman'] as const)('%s of Debian', (engine) => {
  const wish = (more: HostProject = {}): HostProject => ({
    resources: { gpu: null },
    insecure: true,
    ...more,
    image: more.image ?? engines.image,
    smoke: { device: 'cpu', runtime: engine, readyTimeoutMs: 60_000, ...more.smoke },
  });
  const smoke = (more: HostProject = {}) =>
    smokeStage.run(hostProject({ environment: engines.environments[engine] }, wish(more)));
  const containers = () => engines.ask(engine, 'ps', '--all', '--quiet');

  test('passes everything, pulled by digest, and leaves nothing behind', async () => {
    const evidence = await smoke();
    expect(failures(evidence)).toEqual([]);
    for (const id of ['image', 'non-root', 'stop', 'in-flight', 'clean'])
      expect([id, verdict(evidence, id)]).toEqual([id, 'passed']);
    expect(message(evidence, 'non-root')).toContain('10001:10001');
    const { coldStart, memoryPeakBytes } = evidence.volatile;
    expect(coldStart?.pullMs).toBeGreaterThan(coldStart?.firstAnswerMs ?? Infinity);
    expect(memoryPeakBytes).toBeGreaterThan(10e6);
    expect(memoryPeakBytes).toBeLessThan(256 * 2 ** 20);
    expect(containers()).toBe('');
    console.log(engine, evidence.volatile);
  });

  test.each([
    ['exits-at-start', ['ready', 'alive'], /exit code 3/],
    ['ignores-sigterm', ['stop'], /had to be killed/],
    ['crash-on-third', ['answers', 'alive'], /ended by itself with exit code 1/],
    ['drops-in-flight', ['in-flight'], /was lost/],
    ['eats-memory', ['ready', 'alive'], /more memory than resources\.memory \(256Mi\)/],
  ])('%s', async (fault, wanted, said) => {
    const evidence = await smoke({ env: { FAULT: fault }, smoke: { device: 'cpu', stopTimeoutMs: 3_000 } });
    expect(failures(evidence)).toEqual(expect.arrayContaining(wanted));
    expect(JSON.stringify(evidence.checks)).toMatch(said);
    expect(containers()).toBe('');
  });

  test('a digest that is not there', async () => {
    const [name = ''] = engines.image.split('@');
    await expect(smoke({ image: `${name}@sha256:${'0'.repeat(64)}` })).rejects.toMatchObject({
      code: 'smoke/image-pull',
    });
    expect(containers()).toBe('');
  });

  test('the container of an engine that was killed is removed by the next run', async () => {
    const environment = engines.environments[engine];
    const first = engineProcess({ environment }, wish({ env: { FAULT: 'never-ready' } }));
    await until('its container runs', () => Promise.resolve(engines.ask(engine, 'ps', '--quiet') !== ''), {
      timeout: 60_000,
    });
    first.kill();
    await first.ended;
    expect(containers()).not.toBe('');
    const second = await engineProcess({ environment }, wish()).ended;
    expect(second).toMatch(/Removed sum-smoke-[0-9a-f]{6}, left behind by a run that died/);
    expect(second).toContain('outcome: passed');
    expect(containers()).toBe('');
  });

  test('a GPU that this engine cannot hand over is refused before anything is pulled', async () => {
    const host = gpuHost(real('tesla-t4'));
    const environment = { ...engines.environments[engine], PATH: host.environment['PATH'] ?? '' };
    host.without(engine);
    const asked = wish({ resources: { gpu: { count: 1, memory: null } }, smoke: { device: 'require-gpu' } });
    const context = hostProject({ environment }, asked);
    await expect(smokeStage.preflight(context)).rejects.toMatchObject({ code: 'smoke/no-toolkit' });
  });
});
