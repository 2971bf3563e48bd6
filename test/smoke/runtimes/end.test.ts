import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { silentReporter } from '../../../src/pipeline/reporter.ts';
import { type EndFacts, endOf } from '../../../src/smoke/runtimes/container/end.ts';
import type { Inspected } from '../../../src/smoke/runtimes/container/inspect.ts';
import { isOf, killedIn, sinceThen } from '../../../src/smoke/runtimes/container/sightings.ts';
import { smokeStage } from '../../../src/smoke/stage.ts';
import { derived } from '../../gpu/nvidia/documents.ts';
import { message, verdict } from '../fixture/project.ts';
import { failures, type GpuHost, gpuHost, hostProject, type HostProject } from '../simulated/gpu-host.ts';

const id = '31be806e51103fec0caa27c90443cffcb88d0b512d08d009fcf137f38396549d';
const none: EndFacts = { memory: '256Mi', peakBytes: null, logged: null, counted: null, endedBy: null };
const end = (found: Partial<Inspected>, facts: Partial<EndFacts> = {}) =>
  endOf('docker container x', { exitCode: 0, outOfMemory: false, error: '', ...found } as Inspected, {
    ...none,
    ...facts,
  });

describe('only its own end says something against the image', () => {
  test.each<[Partial<Inspected>, Partial<EndFacts>, string]>([
    [{ exitCode: 3 }, {}, 'it ended by itself with exit code 3'],
    [{}, {}, 'it ended by itself with exit code 0'],
    [
      { exitCode: 137, outOfMemory: true },
      {},
      'it was killed because it used more memory than resources.memory (256Mi)',
    ],
    [{ exitCode: 137 }, { logged: 'limit' }, 'it was killed because it used more memory'],
    [{ exitCode: 137 }, { counted: 'limit', peakBytes: 250 * 2 ** 20 }, 'it was killed because it used more memory'],
    // A worker that was killed so takes its server along.
    [{ exitCode: 3, outOfMemory: true }, {}, 'it was killed because it used more memory'],
    [{ exitCode: 127, error: 'no such file' }, {}, 'it could not be started: no such file'],
  ])('%j, %j', (found, facts, reason) => {
    expect(end(found, facts)).toMatchObject({ phase: 'ended', reason: expect.stringContaining(reason) as string });
  });

  test.each<[Partial<Inspected>, Partial<EndFacts>, string]>([
    [{ exitCode: 143 }, {}, 'somebody sent it SIGTERM'],
    [{ exitCode: 137 }, {}, 'nothing tells that it was for its own memory (resources.memory: 256Mi)'],
    [{ exitCode: 137 }, { peakBytes: 100 * 2 ** 20 }, 'of which it had 100 MiB at most'],
    // The cache of files drives the peak of every server to its limit that reads a large model.
    [{ exitCode: 137 }, { peakBytes: 255 * 2 ** 20 }, 'of which it had 255 MiB at most, with the cache of files'],
    // A neighbour reached its limit.
    [{ exitCode: 137 }, { counted: 'limit', peakBytes: 100 * 2 ** 20 }, 'nothing tells'],
    [
      { exitCode: 137 },
      { counted: 'limit', peakBytes: 255 * 2 ** 20, endedBy: 'somebody ended it' },
      'somebody ended it',
    ],
    // Docker says so of both.
    [{ exitCode: 137, outOfMemory: true }, { logged: 'machine' }, 'the machine, or the group around it, ran out'],
    [
      { exitCode: 0 },
      { endedBy: 'somebody ended it through docker (signal 15)' },
      'ended it through docker (signal 15)',
    ],
    [{ exitCode: 137 }, { endedBy: 'the daemon was started again' }, 'the daemon was started again'],
  ])('from outside: %j, %j', (found, facts, why) => {
    expect(() => end(found, facts)).toThrow(
      expect.objectContaining({ code: 'smoke/pod-lost', kind: 'infrastructure' }),
    );
    expect(() => end(found, facts)).toThrow(why);
  });
});

test('the log of the kernel tells a limit of its own from that of a group around it and from the machine', () => {
  const line = (rest: string) => `[83309.1] oom-kill:constraint=${rest},task=sh,pid=11744,uid=0`;
  const group = `/libpod_parent/libpod-${id}`;
  const own = line(`CONSTRAINT_MEMCG,nodemask=(null),cpuset=x,mems_allowed=0,oom_memcg=${group},task_memcg=${group}`);
  const above = line(`CONSTRAINT_MEMCG,nodemask=(null),oom_memcg=/user.slice,task_memcg=${group}`);
  const all = line(`CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=${group}`);
  expect(killedIn([own], id)).toBe('limit');
  expect(killedIn([above], id)).toBe('machine');
  expect(killedIn(['', all], id)).toBe('machine');
  expect(killedIn([own, all], 'f'.repeat(64))).toBeNull();
  expect(killedIn(['Out of memory: Killed process 1'], id)).toBeNull();
});

test('the counts of the group around it tell the same', () => {
  const begin = { oom: 2, killed: 5 };
  expect(sinceThen(begin, { oom: 3, killed: 6 })).toBe('limit');
  expect(sinceThen(begin, { oom: 2, killed: 6 })).toBe('machine');
  expect(sinceThen(begin, begin)).toBeNull();
  expect(sinceThen(begin, null)).toBeNull();
});

test('a number of a process in another namespace is not taken for that of the container', async () => {
  const monitor = spawn('sh', ['-c', `: ${id}; sleep 60 & echo $!; wait`], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [said] = (await once(monitor.stdout, 'data')) as [Buffer];
  expect(await isOf(Number(said.toString()), id)).toBe(true);
  expect(await isOf(Number(said.toString()), '0'.repeat(64))).toBe(false);
  expect(await isOf(process.pid, id)).toBe(false);
  expect(await isOf(process.pid, '')).toBe(false);
  expect(await isOf(2 ** 22 + 1, id)).toBe(false);
  process.kill(Number(said.toString()), 'SIGKILL');
  monitor.kill('SIGKILL');
});

describe.concurrent('during a test', () => {
  const cpu: HostProject = { smoke: { device: 'cpu' }, resources: { gpu: null } };
  /** One that drained first might still be at it when the test comes to its own SIGTERM. */
  const atOnce: HostProject = { env: { FAULT: 'drops-in-flight' } };
  /** Ends the program while malformed requests are sent. */
  const run = (host: GpuHost, act: (pid: number) => void, wish: HostProject = {}) => {
    const task = (title: string) => {
      const [name = ''] = host.containers();
      if (title.startsWith('Refuses')) act(Number(host.read(`containers/${name}/pid`)));
      return silentReporter.task(title);
    };
    return smokeStage.run({ ...hostProject(host, { ...cpu, ...wish }), reporter: { ...silentReporter, task } });
  };

  test('a program that somebody kills is an error, and its container is removed', async () => {
    const host = gpuHost(null);
    await expect(run(host, (pid) => process.kill(pid, 'SIGKILL'))).rejects.toMatchObject({
      code: 'smoke/pod-lost',
      message: expect.stringMatching(/^The docker container sum-smoke-\w+ was ended from outside .*SIGKILL/) as string,
    });
    expect(host.containers()).toEqual([]);
  });

  test('one that somebody stops through the engine, and that says goodbye', async () => {
    const host = gpuHost(null);
    const kill = { Action: 'kill', Actor: { Attributes: { name: 'x', signal: '15' } } };
    const end = (pid: number) => {
      host.set('events', `${JSON.stringify(kill)}\n${JSON.stringify({ Action: 'die' })}\n`);
      process.kill(pid, 'SIGTERM');
    };
    const work = run(host, end, atOnce);
    await expect(work).rejects.toThrow('somebody ended it through docker (signal 15)');
    const asked = host.commands().find(([, command]) => command === 'events') ?? [];
    expect(asked.join(' ')).toMatch(/--since=\d+\.\d{3} --until=\d+\.\d{3} --filter=container=sum-smoke-\w+/);
  });

  test('one whose daemon was started again', async () => {
    const host = gpuHost(null);
    const end = (pid: number) => {
      host.set('events', '');
      process.kill(pid, 'SIGTERM');
    };
    const work = run(host, end, atOnce);
    await expect(work).rejects.toThrow('the daemon of docker was started again');
  });

  test('one that ends by itself has failed, also where the engine keeps no record', async () => {
    const host = gpuHost(null);
    host.set('events-fails', 'Error: unknown events logger');
    const evidence = await run(host, () => undefined, { env: { FAULT: 'dies-on-bad-input' } });
    expect(failures(evidence)).toContain('alive');
    expect(message(evidence, 'alive')).toContain('it ended by itself with exit code 1');
  });

  test('where the engine counts processes in another namespace nothing of theirs is taken for the server’s', async () => {
    const uuid = `GPU-44444444-0000-0000-0005-${String(process.pid).padStart(12, '0')}`;
    const host = gpuHost((derived['h100-535']?.() ?? '').replace(/<uuid>[^<]*/, `<uuid>${uuid}`));
    host.set('elsewhere', '');
    const evidence = await smokeStage.run(hostProject(host));
    expect(evidence.volatile.memoryPeakBytes).toBeUndefined();
    expect(verdict(evidence, 'gpu-used')).toBe('skipped');
  });
});
