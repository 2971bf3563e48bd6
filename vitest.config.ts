import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { SlowFirst } from './test/slow-first.ts';

// `unit` needs nothing. `cluster` brings up the test cluster and mostly waits for it: files run side by side, each in a namespace of its own;
// what breaks a node or the API server does so in a cluster of its own. `proof` takes longer than the gate allows.
export default defineConfig({
  test: {
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        test: {
          name: 'unit',
          // Many of them wait for clocks and processes: more at a time than there are cores.
          maxWorkers: Math.max(5, availableParallelism()),
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.cluster.test.ts', 'test/**/*.proof.test.ts', 'node_modules/**'],
          // They end what hangs, and nothing else: a test of three seconds takes thirty where ten programs want each processor.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // A condition that is polled comes true when it does; Vitest's own second is short on a busy machine.
          expect: { poll: { timeout: 20_000 } },
          // A process for each of 300 files takes a quarter of the time: files share five, and leave no trace in them.
          isolate: false,
          // Hundreds of programs that tests start are compiled once.
          env: { NODE_COMPILE_CACHE: join(tmpdir(), 'ml-deploy-compiled') },
          restoreMocks: true,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/**/*.cluster.test.ts'],
          maxWorkers: 3,
          testTimeout: 600_000,
          hookTimeout: 900_000,
        },
      },
      {
        test: {
          name: 'proof',
          include: ['test/**/*.proof.test.ts'],
          fileParallelism: false,
          testTimeout: 3_600_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
