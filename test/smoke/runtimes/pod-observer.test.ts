import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { MlDeployError } from '../../../src/errors.ts';
import { PodObserver } from '../../../src/smoke/runtimes/kubernetes/pod-observer.ts';
import { PodSight } from '../../../src/smoke/runtimes/kubernetes/pod-sight.ts';
import { watchPodGpu } from '../../../src/smoke/runtimes/kubernetes/pod-gpu.ts';
import { judgeUse } from '../../../src/smoke/checks/gpu.ts';
import { type FakePod, fakePod } from '../simulated/pod-exec.ts';

const t4 = readFileSync(path.join(import.meta.dirname, '../../gpu/nvidia/real/tesla-t4.xml'), 'utf8');
/** The document of a T4 with so much in use. */
const withUse = (mib: number, percent: number): string =>
  t4
    .replaceAll(/(<fb_memory_usage>[\s\S]*?<used>)\d+/g, `$1${mib}`)
    .replaceAll(/(<gpu_util>)\d+/g, `$1${percent}`)
    .replaceAll(/<processes>[\s\S]*?<\/processes>/g, '<processes></processes>');

const pods: FakePod[] = [];
afterEach(() => {
  for (const { observer } of pods.splice(0)) observer.close();
});
function podWith(programs: readonly string[] = ['sh']): FakePod {
  const pod = fakePod(programs);
  pods.push(pod);
  return pod;
}

describe.each([['sh'], ['python3']])('in an image with %s', (program) => {
  test('the memory of control groups of both versions is told', async () => {
    const pod = podWith([program]);
    expect(await pod.observer.ask('memory', 5_000)).toMatchObject({ text: '', status: 0 });
    pod.file('sys/fs/cgroup/memory/memory.stat', 'cache 9\ntotal_rss 4096\ntotal_shmem 1\n');
    pod.file('sys/fs/cgroup/memory/memory.max_usage_in_bytes', '8192\n');
    expect(await pod.observer.ask('memory', 5_000)).toMatchObject({
      text: expect.stringMatching(
        /^file memory\.stat\n[^]*total_rss 4096\n[^]*file memory\.max_usage_in_bytes\n8192/,
      ) as string,
    });
    pod.file('sys/fs/cgroup/memory.current', '1\n');
    pod.file('sys/fs/cgroup/memory.stat', 'anon 100\nshmem 1\n');
    pod.file('sys/fs/cgroup/memory.peak', '200\n');
    expect(await pod.observer.ask('memory', 5_000)).toMatchObject({
      text: expect.stringMatching(/^file memory\.stat\nanon 100\n[^]*file memory\.peak\n200/) as string,
    });
    // One program for all questions.
    expect(pod.started()).toBe(1);
  });

  test('who has opened CUDA is told, and what nvidia-smi says, with its status', async () => {
    const pod = podWith([program]);
    pod.process(7, ['dev/nvidia-uvm']);
    expect(await pod.observer.ask('gpu', 5_000)).toMatchObject({
      text: expect.stringContaining('process 7 unknown') as string,
    });
    pod.file('dev/nvidia-uvm', '');
    pod.file('dev/null', '');
    pod.process(8, ['dev/null', 'dev/gone']);
    pod.process(9, [], 'Z');
    pod.program('nvidia-smi', 'echo "asked $*"; echo trouble >&2; exit 9');
    const told = await pod.observer.ask('gpu', 5_000);
    expect(told).toMatchObject({ status: 9 });
    const lines = ('text' in told ? told.text : '').trim().split('\n');
    expect(lines.slice(0, 2).toSorted()).toEqual(['process 7 open', 'process 8 closed']);
    expect(lines.slice(2).join(' ')).toMatch(/^smi asked -x -q\s+trouble$/);
    expect(await pod.observer.ask('list', 5_000)).toMatchObject({
      text: expect.stringContaining('asked -L') as string,
    });
  });

  test('a driver that hangs is late; a connection that breaks is lost, and the next question gets a new one', async () => {
    const pod = podWith([program]);
    pod.program('nvidia-smi', 'exec sleep 5');
    expect(await pod.observer.ask('gpu', 400)).toMatchObject({ why: 'late' });
    expect(pod.started()).toBe(2);
    pod.cut();
    await expect.poll(async () => 'text' in (await pod.observer.ask('memory', 5_000))).toBe(true);
  });
});

describe('what cannot be looked at is said', () => {
  test('an image with neither a shell nor Python', async () => {
    const told = await podWith([]).observer.ask('memory', 10_000);
    expect(told).toEqual({
      why: 'never',
      reason: 'the image has none of the programs sh, python3 to look around with',
    });
  });

  test('an account that may not: once, with the rule that it needs', async () => {
    let asked = 0;
    const exec = () => {
      asked++;
      const message = 'Not allowed to get and create pods/exec in namespace ml.';
      return Promise.reject(
        new MlDeployError({ code: 'kubernetes/forbidden', kind: 'infrastructure', message, hint: 'Give it.' }),
      );
    };
    let allowed = false;
    const may = () => Promise.resolve(allowed);
    const where = { api: { exec, may }, namespace: 'ml', pod: 'p', container: 'server' };
    const observer = new PodObserver(where);
    for (let again = 0; again < 3; again++) {
      expect(await observer.ask('memory', 1_000)).toMatchObject({
        why: 'never',
        reason: 'Not allowed to get and create pods/exec in namespace ml. Give it.',
      });
    }
    expect(asked).toBe(1);
    allowed = true;
    expect(await new PodObserver(where).ask('memory', 1_000)).toMatchObject({
      why: 'never',
      reason: expect.stringContaining(
        'refused although a Role of the account allows it: by an admission policy',
      ) as string,
    });
    allowed = false;
    const sight = new PodSight(where);
    expect(await sight.memory()).toBeNull();
    expect(sight.memoryUnseen).toContain('pods/exec in namespace ml. Give it.');
    await sight.end();
  });
});

test('a way that is lost is tried again, but not without end', async () => {
  let asked = 0;
  const exec = () => {
    asked++;
    return Promise.reject(
      new MlDeployError({ code: 'kubernetes/unreachable', kind: 'infrastructure', message: 'No answer.' }),
    );
  };
  const api = { exec, may: () => Promise.resolve(true) };
  const observer = new PodObserver({ api, namespace: 'ml', pod: 'p', container: 'server' });
  const reasons: string[] = [];
  for (let again = 0; again < 5; again++) {
    const told = await observer.ask('memory', 1_000);
    reasons.push('why' in told ? told.why : 'told');
  }
  expect(reasons).toEqual(['lost', 'lost', 'lost', 'never', 'never']);
  expect(asked).toBe(3);
});

/** Watches a pod whose driver first tells this, and then that, while it is asked. */
async function judged(first: string, then: string, prepare: (pod: FakePod) => void, shared: boolean | null = false) {
  const pod = podWith();
  const say = (xml: string) => {
    pod.file('smi.xml', xml);
  };
  prepare(pod);
  pod.program('nvidia-smi', `cat "$(dirname "$0")/../root/smi.xml"`);
  say(first);
  const found = await watchPodGpu(pod.observer, shared);
  if ('unseen' in found) throw new Error(found.unseen);
  say(then);
  await found.watch.keepBusy(() => 1)(100);
  const use = await found.watch.use();
  await found.watch.end();
  return judgeUse(use);
}
const opened = (pod: FakePod): void => {
  pod.file('dev/nvidia-uvm', '');
  pod.process(7, ['dev/nvidia-uvm']);
};
const closed = (pod: FakePod): void => {
  pod.file('dev/nvidia-uvm', '');
  pod.process(7, []);
};
const unseen = (pod: FakePod): void => {
  pod.process(7, []);
};

test.each<[string, string, string, (pod: FakePod) => void, boolean | null, string, RegExp]>([
  [
    'CPU-only wheels',
    withUse(3, 0),
    withUse(3, 0),
    closed,
    false,
    'failed',
    /has opened CUDA: the model runs on the CPU/,
  ],
  ['the same beside others on the GPU', withUse(500, 40), withUse(900, 70), closed, true, 'failed', /runs on the CPU/],
  ['a GPU on which nothing is', withUse(3, 0), withUse(3, 0), unseen, false, 'failed', /Hardly any memory/],
  [
    'memory that rises',
    withUse(3, 0),
    withUse(700, 60),
    opened,
    false,
    'passed',
    /opened CUDA, and the memory in use rose/,
  ],
  [
    'the same where others may be on the GPU, and nobody looked how busy it is without requests',
    withUse(3, 0),
    withUse(700, 60),
    opened,
    null,
    'skipped',
    /opened CUDA, and the memory in use rose .* other pods \(.* get on nodes\) may compute there/,
  ],
  [
    'a model that was loaded before the first look',
    withUse(700, 0),
    withUse(700, 60),
    opened,
    false,
    'passed',
    /was busy/,
  ],
  ['the same, idle', withUse(700, 0), withUse(700, 0), opened, false, 'skipped', /did not rise after the first look/],
  ['a GPU that others share', withUse(3, 0), withUse(700, 60), opened, true, 'skipped', /shared with other pods/],
  ['nobody knows whether others share it', withUse(3, 0), withUse(700, 60), unseen, null, 'skipped', /get on nodes/],
  [
    'nothing but the memory is seen',
    withUse(3, 0),
    withUse(700, 60),
    unseen,
    false,
    'passed',
    /The memory in use rose/,
  ],
])('%s: %#', async (_, first, then, prepare, shared, verdict, text) => {
  const finding = await judged(first, then, prepare, shared);
  expect(finding).toMatchObject({ verdict });
  expect(finding.message).toMatch(text);
});

test('a driver that does not work in the pod is at fault, and one that cannot be asked there says why', async () => {
  const say = (pod: FakePod, words: string): FakePod => {
    pod.program('nvidia-smi', `echo "${words}"; exit 255`);
    return pod;
  };
  await expect(
    watchPodGpu(say(podWith(), 'Failed to initialize NVML: Unknown Error').observer, null),
  ).rejects.toMatchObject({ code: 'smoke/gpu-fault', kind: 'infrastructure' });
  const library = say(podWith(), "NVIDIA-SMI couldn't find libnvidia-ml.so library in your system.");
  expect(await watchPodGpu(library.observer, null)).toMatchObject({
    unseen: expect.stringContaining('libnvidia-ml') as string,
  });
  expect(await watchPodGpu(podWith().observer, null)).toMatchObject({
    unseen: expect.stringContaining('The container has no nvidia-smi to ask') as string,
  });
});
