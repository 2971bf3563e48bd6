import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Cluster } from './cluster.ts';
import { buildImage } from './server-image/build.ts';

/**
 * An engine image with the command line from the sources as they are now: seconds instead of a whole dist/. Only commands that need no
 * file beside the program work in it: `fetch`, `watchdog`.
 */
export async function engineImage(cluster: Cluster): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ml-deploy-engine-'));
  try {
    await build({
      stdin: { contents: program, resolveDir: join(import.meta.dirname, '../..'), loader: 'ts' },
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      outdir: join(folder, 'app'),
      entryNames: 'engine',
      outExtension: { '.js': '.mjs' },
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      external: ['@kubernetes/client-node', '@actions/*'],
      logLevel: 'error',
    });
    await writeFile(
      join(folder, 'Dockerfile'),
      'FROM docker.io/library/node:24-slim\nCOPY --chmod=a+rX app /app\nUSER 65532:65532\nENTRYPOINT ["node", "/app/engine.mjs"]\n',
    );
    return await buildImage(cluster, folder, 'test/engine-sources');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const program = `
import { runCommandLine } from './src/cli/main.ts';
process.exitCode = await runCommandLine(process.argv.slice(2));
`;
