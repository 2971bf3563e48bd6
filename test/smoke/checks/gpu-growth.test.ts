import { expect, test } from 'vitest';
import type { GpuMemoryCourse } from '../../../src/gpu/memory-course.ts';
import type { AskedOn } from '../../../src/smoke/checks/ask-on.ts';
import type { Trial } from '../../../src/smoke/checks/check.ts';
import { gpuGrowth } from '../../../src/smoke/checks/gpu-growth.ts';
import { project } from '../fixture/project.ts';

const gibi = 2 ** 30;
const mebi = 2 ** 20;

/** 60 looks at a GPU of 80 GiB during so many requests. */
const course = (
  bytes: (share: number) => number,
  requests: number,
  more: Partial<GpuMemoryCourse> = {},
): GpuMemoryCourse => ({
  title: 'GPU 0 (NVIDIA H100)',
  totalBytes: 80 * gibi,
  whose: 'own',
  samples: Array.from({ length: 60 }, (_, look) => {
    const share = (look + 1) / 60;
    // The driver tells whole MiB.
    return { requests: Math.round(share * requests), bytes: Math.round(bytes(share) / mebi) * mebi };
  }),
  ...more,
});

const still = () => 20 * gibi;
/** Reaches 80 GiB after eight times as many requests. */
const leak = (share: number) => 20 * gibi + 8 * gibi * share;
const slow = (share: number) => 20 * gibi + gibi * share;
const inSteps = (share: number) => 20 * gibi + Math.floor(share * 400) * 20 * mebi;

interface Case {
  readonly first: readonly GpuMemoryCourse[];
  readonly then?: readonly GpuMemoryCourse[];
  readonly memory?: string;
  readonly requests?: number;
  readonly unseen?: true;
}

function judged({ first, then = [], memory, requests = 200, unseen }: Case) {
  const { config } = project({ requests });
  const later: AskedOn = { requests: 4 * requests, memory: [], gpuMemory: then };
  const gpu = memory === undefined ? null : { count: 1, memory };
  const trial = {
    config: { ...config, resources: { ...config.resources, gpu } },
    measured: { gpuMemory: first, later, details: [], seen: {} },
    running: unseen === true ? { gpuUnseen: 'nobody sees it' } : { gpu: {} },
  } as unknown as Trial;
  return gpuGrowth.run(trial);
}

test.each<[string, Case, string, RegExp]>([
  ['stands still', { first: [course(still, 200)] }, 'passed', /does not grow/],
  ['grows slowly', { first: [course(slow, 200)] }, 'passed', /too slowly/],
  [
    'grows slowly, but is to run on a smaller GPU',
    { first: [course(slow, 200)], then: [course(slow, 800)], memory: '22Gi' },
    'failed',
    /leaks/,
  ],
  [
    'is more than the GPU has to have at least, and grows a little',
    { first: [course(slow, 200)], then: [course(slow, 800)], memory: '16Gi' },
    'passed',
    /too slowly/,
  ],
  [
    'grows, and goes on',
    { first: [course(leak, 200)], then: [course((share) => leak(1 + 4 * share), 800)] },
    'failed',
    /^It leaks on GPU 0/,
  ],
  [
    'grows by segments of 20 MiB',
    { first: [course(inSteps, 200)], then: [course((share) => inSteps(1 + 4 * share), 800)] },
    'failed',
    /leaks/,
  ],
  ['grows, and then no more', { first: [course(leak, 200)], then: [course(() => leak(1), 800)] }, 'passed', /no leak/],
  ['grows, and nobody could look again', { first: [course(leak, 200)] }, 'skipped', /could not be seen/],
  [
    'grows, with memory of anybody',
    { first: [course(leak, 200, { whose: 'anybody' })] },
    'skipped',
    /whose it is is not known/,
  ],
  [
    'grows on the second of two',
    {
      first: [course(still, 200), course(leak, 200, { title: 'GPU 1' })],
      then: [course(still, 800), course((share) => leak(1 + 4 * share), 800, { title: 'GPU 1' })],
    },
    'failed',
    /^It leaks on GPU 1:/,
  ],
  [
    'was seen too seldom',
    { first: [course(leak, 200, { samples: [{ requests: 150, bytes: 1 }] })] },
    'skipped',
    /about once a second/,
  ],
  ['was seen during few requests', { first: [course(leak, 20)], requests: 20 }, 'skipped', /from 100 requests on/],
  ['cannot be seen', { first: [], unseen: true }, 'skipped', /nobody sees it/],
])('memory of a GPU that %s', async (_, wish, verdict, message) => {
  expect(await judged(wish)).toMatchObject({ verdict, message: expect.stringMatching(message) as string });
});
