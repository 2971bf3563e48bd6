import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, longest first: one that starts last keeps everybody waiting. What a fresh clone knows of a file is its size only. */
export const slowFiles = [
  'test/fuzz/fuzz.test.ts',
  'test/smoke/runtimes/container.test.ts',
  'test/smoke/stage.test.ts',
  'test/rollout/death.cluster.test.ts',
  'test/smoke/kubernetes.cluster.test.ts',
  'test/rollout/interrupt.cluster.test.ts',
  'test/tekton/pipeline.cluster.test.ts',
  'test/rollout/drain.cluster.test.ts',
  'test/rollout/recreate.cluster.test.ts',
  'test/rollout/failures.cluster.test.ts',
  'test/rollout/gateway.cluster.test.ts',
  'test/rollout/promote.cluster.test.ts',
  'test/rollout/kill/sample.cluster.test.ts',
  'test/rollout/blue-green.cluster.test.ts',
  'test/image/build.cluster.test.ts',
  'test/notify/rollout.cluster.test.ts',
] as const;

/** Starts the slow files before the others, which stay in the order of the test runner. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = slowFiles.findIndex((file) => moduleId.endsWith(`/${file}`));
      return place === -1 ? slowFiles.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
