import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// `unit` needs nothing. `cluster` brings up the test cluster and mostly waits for it: files run side by side, each in a namespace of its own;
// what breaks a node or the API server does so in a cluster of its own. `proof` takes longer than the gate allows.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          // Many of them wait for clocks and processes: three at a time even on two cores.
          maxWorkers: Math.max(3, availableParallelism() - 1),
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.cluster.test.ts', 'test/**/*.proof.test.ts', 'node_modules/**'],
          testTimeout: 30_000,
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
