import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';

import type { Cluster } from '../cluster/cluster.ts';

const program = join(import.meta.dirname, '../../src/main.ts');

/**
 * Runs a command of ml-deploy as a process of its own, on a cluster and with its builder.
 * @param cluster that it deploys to
 * @param folder of mldeploy.yaml
 * @param command and its options
 * @returns its exit code and all that it printed
 */
export function mlDeploy(
  cluster: Cluster,
  folder: string,
  ...command: readonly string[]
): Promise<{ readonly code: number | null; readonly output: string }> {
  const args = [program, ...command, '--kubeconfig', cluster.kubeconfigPath, '--no-color'];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: {
      ...process.env,
      CI: '1',
      BUILDKIT_HOST: cluster.buildkitAddress,
      PATH: `${dirname(cluster.state.buildctl)}:${process.env['PATH'] ?? ''}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output: chunks.join('') })));
}
