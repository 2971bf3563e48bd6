import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Cluster } from '../cluster/cluster.ts';
import { buildImage } from '../cluster/server-image/build.ts';

/**
 * An engine image with nothing but the watchdog's program, from the sources as they are now: seconds instead of a whole dist/.
 */
export async function watchdogImage(cluster: Cluster): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ml-deploy-watchdog-'));
  try {
    await build({
      stdin: { contents: program, resolveDir: join(import.meta.dirname, '../..'), loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: join(folder, 'watchdog.mjs'),
      external: ['@kubernetes/client-node'],
      logLevel: 'error',
    });
    await writeFile(
      join(folder, 'Dockerfile'),
      'FROM docker.io/library/node:24-slim\nCOPY watchdog.mjs /app/watchdog.mjs\nENTRYPOINT ["node", "/app/watchdog.mjs"]\n',
    );
    return await buildImage(cluster, folder, 'test/watchdog');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const program = `
import { parseArgs } from 'node:util';
import { watchdog } from './src/rollout/commands/watchdog.ts';
const text = { type: 'string' } as const;
const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { model: text, namespace: text, epoch: text, lease: text },
});
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
try {
  const end = await watchdog({
    model: values.model!, namespace: values.namespace!, epoch: Number(values.epoch), leaseMs: parseInt(values.lease!, 10),
    signal: stop.signal, log: (line) => console.log(line),
  }, process.env);
  console.log(end + ', ' + Math.round(process.memoryUsage().rss / 1e6) + ' MB');
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
`;
