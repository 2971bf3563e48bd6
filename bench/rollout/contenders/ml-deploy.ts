import { spawn } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { built } from '../../../test/rollout/project.ts';
import { watchdogImage } from '../../../test/rollout/watchdog-image.ts';
import { model, replicas } from '../contender.ts';
import type { Address, Contender, Ground, Outcome, Version } from '../contender.ts';

const program = join(import.meta.dirname, '../../../src/main.ts');

/**
 * This project with its defaults.
 * @param provider what splits the traffic
 * @param steps as in mldeploy.yaml
 */
export function mlDeploy(provider: 'replicas' | 'gateway', steps: string): Contender {
  const host = ({ namespace }: Ground): string => `${model}.${namespace}.test`;
  const folderOf = ({ namespace }: Ground): string => join(tmpdir(), `ml-deploy-bench-${namespace}`);

  const configuration = async (ground: Ground, version: Version): Promise<string> => {
    const facts = ground.cluster.addons['traefik'];
    const parent = `name: ${String(facts?.['gateway'])}, namespace: ${String(facts?.['namespace'])}`;
    return `version: 1
name: ${model}
model: {path: model/}
server: {type: fastapi}
image: {repository: registry.test/${model}}
resources: {cpu: 10m, memory: 64Mi}
deploy: {namespace: ${ground.namespace}, replicas: ${replicas}, env: {FAKE_ERROR_RATE: "${version.errorRate}", VERSION: ${version.name}}}
rollout:
  provider: ${provider}
  steps: ${steps}
  watchdog: {image: ${await watchdogImage(ground.cluster)}}
${provider === 'gateway' ? `  gateway: {${parent}, hostnames: [${host(ground)}]}\n` : ''}`;
  };

  const rollout = async (ground: Ground, version: Version): Promise<Outcome> => {
    const folder = folderOf(ground);
    const evidence = join(folder, '.mldeploy/default');
    await mkdir(evidence, { recursive: true });
    await writeFile(join(folder, 'mldeploy.yaml'), await configuration(ground, version));
    const { build, smoke } = built(ground.image);
    await writeFile(join(evidence, 'build.json'), JSON.stringify(build));
    await writeFile(join(evidence, 'smoke.json'), JSON.stringify(smoke));
    const args = [program, 'rollout', '--kubeconfig', ground.cluster.kubeconfigPath, '--no-color'];
    const { code, output } = await ended(args, folder);
    if (code !== 0 && code !== 1) throw new Error(`ml-deploy ended with ${code}: ${output}`);
    return code === 0 ? 'promoted' : 'rolled back';
  };

  return {
    name: `ml-deploy (${provider})`,
    settings: `defaults with steps ${steps}: error slo 1 %, alpha = beta = 5 %, a tick every 15 s`,
    components: provider === 'gateway' ? ['traefik'] : [],
    async install(ground, version): Promise<Address> {
      await rollout(ground, version);
      if (provider === 'gateway') {
        return { url: `${String(ground.cluster.addons['traefik']?.['url'])}/predict`, headers: { host: host(ground) } };
      }
      const { spec } = await ground.cluster.get<{ spec: { clusterIP: string } }>(
        'service',
        model,
        '-n',
        ground.namespace,
      );
      return { url: `http://${spec.clusterIP}/predict`, headers: {} };
    },
    release: rollout,
    end: (ground) => rm(folderOf(ground), { recursive: true, force: true }),
  };
}

function ended(args: readonly string[], cwd: string): Promise<{ readonly code: number; readonly output: string }> {
  const chunks: string[] = [];
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, CI: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({ code: code ?? -1, output: chunks.join('') });
    });
  });
}
