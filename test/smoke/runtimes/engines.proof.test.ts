import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smokeStage } from '../../../src/smoke/stage.ts';
import { ActionRunner, source } from '../../action/runner.ts';
import { smokeWorkspace } from '../../action/smoke-workspace.ts';
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
    const evidence = await smoke({ env: { NEEDS_TMP: 'yes' } });
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

  /** Starts a test, does something to its container, and tells how the test ended. */
  const during = async (act: (id: string) => void, more: HostProject = {}) => {
    const work = smoke({ env: { FAULT: 'never-ready' }, ...more });
    const ended = work.then(
      (evidence) => evidence.outcome,
      (error: unknown) => error,
    );
    const running = () => engines.ask(engine, 'ps', '--quiet', '--no-trunc');
    await until('its container runs', () => Promise.resolve(running() !== ''), { timeout: 60_000 });
    act(running());
    return ended;
  };

  test.each([
    ['SIGKILL', 'nothing tells that it was for its own memory'],
    ['the engine', `somebody ended it through ${engine}`],
  ])('ended from outside by %s', async (how, why) => {
    const ended = await during((id) => {
      if (how === 'the engine') engines.ask(engine, 'kill', id);
      else process.kill(Number(engines.ask(engine, 'inspect', '--format', '{{.State.Pid}}', id)), 'SIGKILL');
    });
    expect(ended).toMatchObject({ code: 'smoke/pod-lost', message: expect.stringContaining(why) as string });
    expect(containers()).toBe('');
  });

  test('its variables are what was said, and on no disk', async () => {
    const env = {
      FAULT: 'never-ready',
      QUOTED: '"a b"',
      HASH: 'x # y',
      LEAD: '  z',
      EMPTY: '',
      LONG: 'l'.repeat(60_000),
    };
    const stop = new AbortController();
    const context = hostProject({ environment: engines.environments[engine] }, wish({ env }));
    const before = readdirSync(tmpdir());
    const work = smokeStage.run({ ...context, signal: stop.signal });
    await until('its container runs', () => Promise.resolve(engines.ask(engine, 'ps', '--quiet') !== ''), {
      timeout: 60_000,
    });
    const id = engines.ask(engine, 'ps', '--quiet', '--no-trunc');
    const seen = JSON.parse(engines.ask(engine, 'inspect', '--format', '{{json .Config.Env}}', id)) as string[];
    expect(readdirSync(tmpdir()).filter((name) => !before.includes(name) && name.startsWith('ml-deploy'))).toEqual([]);
    stop.abort();
    await expect(work).rejects.toMatchObject({ code: 'smoke/interrupted' });
    expect(seen).toEqual(expect.arrayContaining(Object.entries(env).map((entry) => entry.join('='))));
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

  test('the post step of an Action that was killed removes its container, and none of the job beside it', async () => {
    const workspace = smokeWorkspace(engines.image, { runtime: engine, env: { FAULT: 'never-ready' } });
    const job = () => new ActionRunner(workspace, { command: 'smoke' }, engines.environments[engine], source);
    const running = () => engines.ask(engine, 'ps', '--quiet', '--no-trunc').split('\n').filter(Boolean);
    const begun = async (many: number, log: () => string) => {
      await until('its container runs', () => Promise.resolve(running().length === many), {
        timeout: 60_000,
        hint: log,
      });
    };
    using dies = job();
    using lives = job();
    const first = dies.main();
    await begun(1, () => first.log());
    const [mine = ''] = running();
    const second = lives.main();
    await begun(2, () => second.log());
    first.kill('SIGKILL');
    const killed = await first.ended;
    const post = await dies.post(killed).ended;
    expect(post.exitCode, post.log).toBe(0);
    expect(post.log).toMatch(/Removed (docker|podman) container fraud-smoke-[0-9a-f]{6}/);
    expect(running()).toHaveLength(1);
    expect(running()).not.toContain(mine);
    expect(readdirSync(dies.temporary)).toEqual([]);
    second.kill('SIGINT');
    const cancelled = await second.ended;
    expect(cancelled.exitCode, cancelled.log).toBe(130);
    expect(containers()).toBe('');
    // And where no post step came: the next run knows that the earlier one has ended.
    using lost = job();
    const third = lost.main();
    await begun(1, () => third.log());
    third.kill('SIGKILL');
    await third.ended;
    const next = await engineProcess({ environment: engines.environments[engine] }, wish()).ended;
    expect(next).toMatch(/Removed fraud-smoke-[0-9a-f]{6}, left behind by a run that died/);
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
