import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { tryLock } from '../../../src/gpu/lock.ts';
import { silentReporter } from '../../../src/pipeline/reporter.ts';
import { thisProcess } from '../../../src/process/owner.ts';
import { serverOf } from '../../../src/server/index.ts';
import { ownerLabel, smokeLabel } from '../../../src/smoke/runtimes/container/create-arguments.ts';
import { type EngineName, engineOf } from '../../../src/smoke/runtimes/container/engine.ts';
import { inspect } from '../../../src/smoke/runtimes/container/inspect.ts';
import { removeLeftovers } from '../../../src/smoke/runtimes/container/leftovers.ts';
import { containerRuntime } from '../../../src/smoke/runtimes/container.ts';
import { type Patience, usualPatience } from '../../../src/smoke/runtimes/container/smoke-container.ts';
import { createSmokeStage } from '../../../src/smoke/stage.ts';
import { until } from '../../cluster/poll.ts';
import { derived } from '../../gpu/nvidia/documents.ts';
import { message, verdict } from '../fixture/project.ts';
import { failures, type GpuHost, gpuHost, hostProject, type HostProject } from '../simulated/gpu-host.ts';

/** Locks hold for the machine: another checkout may run the same test at this moment. */
const uuid = `GPU-33333333-0000-0000-0004-${String(process.pid).padStart(12, '0')}`;
const cpu: HostProject = { smoke: { device: 'cpu' }, resources: { gpu: null } };

const patience = { ...usualPatience, newsMs: 500, quickRemovalMs: 700, removalMs: 3_000 };
const stageWith = (name: EngineName, patient: Patience) =>
  createSmokeStage({ runtimes: [containerRuntime(name, patient)], serverOf });
const smokeStage = stageWith('docker', patience);
/** Where nothing has to be waited for to its end. */
const patientStage = stageWith('docker', usualPatience);

/** Does something when the stage begins a task with such a title. */
const when = (begins: string, act: () => void) => ({
  ...silentReporter,
  task: (title: string) => {
    if (title.startsWith(begins)) act();
    return silentReporter.task(title);
  },
});

describe.concurrent('an engine that does not do what it is asked says nothing against the model', () => {
  test('a signal that it does not deliver: an error with its words', async () => {
    const host = gpuHost(null);
    const said =
      'Error response from daemon: cannot kill container: tried to kill container, but did not receive an exit event';
    const reporter = when('Ends cleanly', () => {
      host.set('kill-fails', said);
    });
    const work = smokeStage.run({ ...hostProject(host, cpu), reporter });
    await expect(work).rejects.toMatchObject({
      code: 'smoke/container-engine',
      kind: 'infrastructure',
      message: `docker kill failed: ${said}`,
      hint: expect.stringContaining('Nothing is known against the model') as string,
    });
    expect(host.containers()).toEqual([]);
  });

  test.each([
    ['nothing', '', 'without a word'],
    ['no JSON', 'Emulate Docker CLI', 'Emulate Docker CLI'],
    ['no state', '[{"Id":"x"}]', '[{"Id":"x"}]'],
  ])('a container of which it tells %s: an error with its words', async (_, said, quoted) => {
    const host = gpuHost(null);
    const bin = readFileSync(path.join(host.state, '../bin/docker'), 'utf8').split('\n').slice(1).join('\n');
    host.program('docker', `[ "$1 $2" = "container inspect" ] && { echo '${said}'; exit 0; }\n${bin}`);
    const engine = engineOf('docker', hostProject(host).access);
    await expect(inspect(engine, 'x')).rejects.toMatchObject({
      code: 'smoke/container-engine',
      message: `docker container failed: it does not tell the state of the container: ${quoted}`,
    });
  });

  test('a program that ended before the signal came is judged by its own end', async () => {
    const host = gpuHost(null);
    const reporter = when('Ends cleanly', () => {
      host.set('kill-fails', 'Error response from daemon: container is not running');
      const [name = ''] = host.containers();
      process.kill(Number(host.read(`containers/${name}/pid`)), 'SIGTERM');
    });
    const evidence = await patientStage.run({ ...hostProject(host, cpu), reporter });
    expect(verdict(evidence, 'stop')).toBe('passed');
  });

  test('a container that it does not remove: an error, unless something is known against the model', async () => {
    const host = gpuHost(null);
    host.set(
      'rm-fails',
      'Error response from daemon: container is dead and cannot be removed: device or resource busy',
    );
    const wish = (fault: string) => ({ ...cpu, env: { FAULT: fault } });
    const [fine, bad] = await Promise.allSettled([
      smokeStage.run(hostProject(host, wish('none'))),
      smokeStage.run(hostProject(host, wish('nan'))),
    ]);
    expect(fine).toMatchObject({ reason: { code: 'smoke/container-engine', kind: 'infrastructure' } });
    expect(String(fine.status === 'rejected' && fine.reason)).toContain('device or resource busy');
    if (bad.status === 'rejected') throw bad.reason;
    expect(failures(bad.value)).toEqual(['answers']);
    expect(message(bad.value, 'clean')).toContain(
      'which is not its fault: docker rm failed: Error response from daemon',
    );
  }, 60_000);

  test('what it said of a removal is told, also when a later try got no answer', async () => {
    const host = gpuHost(null);
    const bin = readFileSync(path.join(host.state, '../bin/docker'), 'utf8').split('\n').slice(1).join('\n');
    const tries = path.join(host.state, 'tries');
    // The first removal, in its short time, gets no answer; of the second one only the first try gets one.
    host.program(
      'docker',
      `if [ "$1" = rm ]; then echo >> ${tries}
[ "$(wc -l < ${tries})" = 2 ] && { echo 'Error response from daemon: device or resource busy' >&2; exit 1; }
exec sleep 600; fi\n${bin}`,
    );
    const stage = stageWith('docker', { ...patience, quickRemovalMs: 1 });
    await expect(stage.run(hostProject(host, cpu))).rejects.toMatchObject({
      code: 'smoke/container-engine',
      message: 'docker rm failed: Error response from daemon: device or resource busy',
    });
    expect(readFileSync(tries, 'utf8').length).toBeGreaterThan(2);
  });

  test('a removal that hangs keeps nobody from the device', async () => {
    const host = gpuHost((derived['h100-535']?.() ?? '').replace(/<uuid>[^<]*/, `<uuid>${uuid}`));
    let stuckAt = 0;
    const reporter = when('Ends cleanly', () => {
      host.set('rm-hangs', '');
      stuckAt = performance.now();
    });
    const work = smokeStage.run({ ...hostProject(host), reporter });
    const failed = expect(work).rejects.toMatchObject({
      code: 'smoke/container-engine',
      message: expect.stringMatching(/^docker rm failed: docker rm did not end within/) as string,
    });
    await until('it is stuck', () => Promise.resolve(stuckAt > 0), { timeout: 60_000 });
    await until(
      'the device is free',
      async () => {
        const lock = await tryLock(uuid, { what: 'a look', pid: 1, since: '' });
        await lock?.release();
        return lock !== null;
      },
      { timeout: 20_000 },
    );
    // The removal goes on, without the device.
    expect(host.containers()).toHaveLength(1);
    await failed;
    expect(performance.now() - stuckAt).toBeGreaterThan(patience.removalMs);
  }, 60_000);
});

test('a container that a slow daemon still makes after an interrupt is removed', async () => {
  const host = gpuHost(null);
  const state = (file: string) => path.join(host.state, file);
  const [bin, words, vars, asked] = ['../bin/docker', 'words', 'vars', 'asked'].map(state) as [
    string,
    string,
    string,
    string,
  ];
  const rest = readFileSync(bin, 'utf8').split('\n').slice(1).join('\n');
  // The daemon makes it once it has been looked for in vain, and its answer to that takes longer than a creation may be under way.
  host.program(
    'docker',
    `if [ -z "$LATE" ]; then case "$1 $2" in
  create*) printf '%s\\0' "$0" "$@" > ${words}; cat > ${asked}; mv ${asked} ${vars}; exec sleep 600 ;;
  "container inspect") [ -f ${words} ] && {
    LATE=1 "$0" "$@"; code=$?
    LATE=1 xargs -0 -a ${words} env < ${vars} > /dev/null; rm ${words}; sleep 1.1
    exit $code
  } ;;
esac; fi
${rest}`,
  );
  const interrupt = new AbortController();
  const context = { ...hostProject(host, cpu), signal: interrupt.signal };
  const work = expect(patientStage.run(context)).rejects.toMatchObject({ code: 'smoke/interrupted' });
  await until('it creates', () => Promise.resolve(existsSync(vars)), { timeout: 60_000 });
  interrupt.abort();
  await work;
  const commands = host.commands().map(([, command]) => command);
  expect(commands.indexOf('create')).toBeGreaterThan(commands.indexOf('rm'));
  expect(host.containers()).toEqual([]);
}, 60_000);

test('a test gives up before others may take its container for left over', async () => {
  const host = gpuHost(null);
  const now = Date.now();
  const reporter = when('Refuses', () => vi.useFakeTimers({ toFake: ['Date'], now: now + 3 * 3600_000 }));
  try {
    await expect(smokeStage.run({ ...hostProject(host, cpu), reporter })).rejects.toMatchObject({
      code: 'smoke/overdue',
      message: expect.stringMatching(
        /has taken 9\d min, after which other tests may remove the docker container/,
      ) as string,
    });
  } finally {
    vi.useRealTimers();
  }
  expect(host.containers()).toEqual([]);
});

describe.concurrent(
  'Podman waits 10 s in its removal, and has forgotten the container: its program ends nevertheless',
  () => {
    const wish: HostProject = { smoke: { device: 'cpu', runtime: 'podman' }, resources: { gpu: null } };
    const stage = stageWith('podman', patience);
    const pidOf = (host: GpuHost) => {
      const [name = ''] = host.containers();
      return Number(host.read(`containers/${name}/pid`));
    };
    /** Whoever was killed still has to be told of its end; otherwise this one runs for ever. */
    const ended = (pid: number) =>
      until('its program has ended', () => Promise.resolve(!existsSync(`/proc/${pid}`)), { timeout: 5_000, every: 20 });

    test('when a test is interrupted', async () => {
      const host = gpuHost(null);
      const interrupt = new AbortController();
      let pid = 0;
      const reporter = when('Ends cleanly', () => {
        pid = pidOf(host);
        interrupt.abort();
      });
      const project = hostProject(host, { ...wish, env: { FAULT: 'ignores-sigterm' } });
      const work = stage.run({ ...project, reporter, signal: interrupt.signal });
      await expect(work).rejects.toMatchObject({ code: 'smoke/interrupted' });
      expect(pid).toBeGreaterThan(0);
      await ended(pid);
    });

    test('when the removal of what an earlier run left is interrupted', async () => {
      const host = gpuHost(null);
      const child = spawn(process.execPath, ['-e', '']);
      await once(child, 'exit');
      const engine = engineOf('podman', hostProject(host).access);
      const earlier = JSON.stringify({ ...(JSON.parse(thisProcess('run')) as object), pid: child.pid });
      const labels = [`--label=${smokeLabel}=true`, `--label=${ownerLabel}=${earlier}`];
      const file = path.join(host.state, 'variables');
      writeFileSync(file, 'FAULT=ignores-sigterm\n');
      await engine.must(['create', '--name=left', ...labels, `--env-file=${file}`, 'image']);
      await engine.must(['start', 'left']);
      const pid = pidOf(host);
      await until('it listens', () => Promise.resolve(host.read('containers/left/log').includes('listening')));
      const interrupt = new AbortController();
      const removal = removeLeftovers(engine, interrupt.signal).catch(() => null);
      await until('it is being removed', () =>
        Promise.resolve(host.commands().some(([, command]) => command === 'rm')),
      );
      interrupt.abort();
      await removal;
      await ended(pid);
    });
  },
);
