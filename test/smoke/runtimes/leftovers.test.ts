import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { until } from '../../cluster/poll.ts';
import type { KubeObject } from '../../../src/kubernetes/api.ts';
import { isLeftover } from '../../../src/smoke/runtimes/kubernetes/leftovers.ts';
import { lifeAnnotation, ownerAnnotation } from '../../../src/smoke/runtimes/kubernetes/pod.ts';
import { engineOf } from '../../../src/smoke/runtimes/container/engine.ts';
import { lifeLabel, ownerLabel } from '../../../src/smoke/runtimes/container/create-arguments.ts';
import { removeLeftovers } from '../../../src/smoke/runtimes/container/leftovers.ts';
import { gpuHost, hostProject } from '../simulated/gpu-host.ts';
import { hasEnded, isOfRun, thisProcess } from '../../../src/process/owner.ts';

const owner = (change: object) => JSON.stringify({ ...(JSON.parse(thisProcess('run')) as object), ...change });

test('only a process of this machine that has certainly ended counts as ended', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  const ended = (change: object) => hasEnded(owner({ pid: child.pid, ...change }));
  expect(hasEnded(thisProcess('run'))).toBe(false);
  expect(ended({})).toBe(true);
  expect(ended({ host: 'other' })).toBe(false);
  expect(ended({ machine: 'other' })).toBe(false);
  expect(ended({ namespace: 'pid:[1]' })).toBe(false);
  expect(hasEnded(owner({ started: '1' }))).toBe(true);
  expect(hasEnded('nonsense')).toBe(false);
  expect(hasEnded('null')).toBe(false);
});

test('a process that has ended counts as ended also before its parent has learnt it', async () => {
  const parent = spawn('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [told] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(told.toString());
  const started = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ');
  await until('it is a zombie', () => Promise.resolve(started()?.[0] === 'Z'), { timeout: 10_000 });
  expect(hasEnded(owner({ pid, started: started()?.[19] }))).toBe(true);
  parent.kill('SIGKILL');
});

test('every run of a runner has another name, and yet the next one knows that it has ended', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  const earlier = owner({ pid: child.pid, run: 'github-1-1-deploy-step-3f9a1c' });
  expect(hasEnded(earlier)).toBe(true);
  expect(isOfRun(earlier, 'github-1-1-deploy-step-3f9a1c')).toBe(true);
  expect(isOfRun(earlier, 'github-1-1-deploy-step-000000')).toBe(false);
  expect(isOfRun('nonsense', 'run')).toBe(false);
});

test('after a restart of the machine nothing of before runs', () => {
  const { machine, namespace } = JSON.parse(thisProcess('run')) as { machine: string | null; namespace: string | null };
  const certain = machine !== null && namespace === 'pid:[4026531836]';
  expect(hasEnded(owner({ boot: 'an earlier one' }))).toBe(certain);
});

test('a pod of another host is left over when it is older than any test, by the cluster’s clock', () => {
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'p',
      creationTimestamp: '2030-01-01T00:00:00Z',
      annotations: { [ownerAnnotation]: owner({ host: 'elsewhere' }), [lifeAnnotation]: '3600' },
    },
  };
  const at = (time: string | null) => isLeftover(pod, time === null ? null : new Date(time));
  expect(at('2030-01-01T00:59:00Z')).toBe(false);
  expect(at('2030-01-01T01:01:00Z')).toBe(true);
  expect(at(null)).toBe(false);
  const going = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2030-01-01T01:00:00Z' } };
  expect(isLeftover(going, new Date('2031-01-01'))).toBe(false);
});

test('a container whose owner cannot be seen is judged by its age; one of a living process is kept', async () => {
  const host = gpuHost(null);
  const unseen = owner({ namespace: 'pid:[1]', host: 'a-runner-in-a-container' });
  const made = (name: string, minutes: number, labels: Record<string, string>) => {
    const Created = new Date(Date.now() - minutes * 60_000).toISOString();
    const folder = `containers/${name}`;
    mkdirSync(path.join(host.state, folder), { recursive: true });
    host.set(`${folder}/id`, `id-${name}`);
    host.set(`${folder}/head`, JSON.stringify({ Name: `/${name}`, Created, Config: { Labels: labels } }).slice(0, -1));
    host.set(`${folder}/container.json`, JSON.stringify({ name, environment: {} }));
  };
  made('old', 61, { [ownerLabel]: unseen, [lifeLabel]: '3600' });
  made('young', 59, { [ownerLabel]: unseen, [lifeLabel]: '3600' });
  made('ageless', 9_999, { [ownerLabel]: unseen });
  made('living', 1, { [ownerLabel]: thisProcess('this run'), [lifeLabel]: '3600' });
  const engine = engineOf('docker', hostProject(host).access);
  expect(await removeLeftovers(engine, new AbortController().signal)).toEqual(['old']);
  expect(host.containers().toSorted()).toEqual(['ageless', 'living', 'young']);
});
