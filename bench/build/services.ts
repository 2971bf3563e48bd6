import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { cacheFolder } from '../../test/cluster/build/cache.ts';
import { until } from '../../test/cluster/poll.ts';
import { freePort } from '../../test/free-ports.ts';
import { registryProgram } from './registry.ts';

/** A registry and a BuildKit daemon of one contender alone, with nothing in them but the base image. */
export interface Services extends AsyncDisposable {
  /** `127.0.0.1:PORT` */
  readonly registry: string;
  readonly base: string;
  readonly buildkit: string;
  readonly buildctl: string;
  readonly buildkitd: number;
  /** Bytes of blobs that the registry has. */
  stored(): number;
}

/**
 * Starts them. What the test cluster has built (base images, BuildKit) is used.
 * @param folder empty
 */
export async function startServices(folder: string): Promise<Services> {
  const bases = cached('base-images-');
  const buildkit = cached('buildkit-');
  const data = join(folder, 'registry');
  cpSync(bases, data, { recursive: true });
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const registryFile = join(folder, 'registry.yml');
  writeFileSync(
    registryFile,
    `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${data}}}\nhttp: {addr: "${host}"}\n`,
  );
  const socket = join(folder, 'buildkitd.sock');
  writeFileSync(
    join(folder, 'buildkitd.toml'),
    `root = "${folder}/buildkit"
[grpc]
  address = ["unix://${socket}"]
[worker.oci]
  enabled = true
  snapshotter = "overlayfs"
  binary = "runc"
  gc = false
[worker.containerd]
  enabled = false
[registry."${host}"]
  http = true
`,
  );
  mkdirSync(join(folder, 'buildkit'));
  const registry = spawn(await registryProgram(), ['serve', registryFile], {
    stdio: 'ignore',
    env: { ...process.env, OTEL_TRACES_EXPORTER: 'none' },
  });
  const daemon = spawn(join(buildkit, 'bin/buildkitd'), ['--config', join(folder, 'buildkitd.toml')], {
    stdio: 'ignore',
  });
  await until('the registry answers', async () => (await fetch(`http://${host}/v2/`)).ok);
  await until('BuildKit listens', () => Promise.resolve(existsSync(socket)));
  return {
    registry: host,
    base: `${host}/library/python:3.12-slim`,
    buildkit: `unix://${socket}`,
    buildctl: join(buildkit, 'bin/buildctl'),
    buildkitd: daemon.pid ?? 0,
    stored: () => bytesBelow(join(data, 'docker/registry/v2/blobs')),
    async [Symbol.asyncDispose]() {
      await Promise.all([ended(registry), ended(daemon)]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

function cached(prefix: string): string {
  const name = readdirSync(cacheFolder()).find((entry) => entry.startsWith(prefix) && !entry.endsWith('.lock'));
  if (name === undefined) {
    throw new Error(`no ${prefix}* in ${cacheFolder()}: start the test cluster once (make cluster-up)`);
  }
  return join(cacheFolder(), name);
}

function bytesBelow(folder: string): number {
  let sum = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) sum += statSync(join(entry.parentPath, entry.name)).size;
  }
  return sum;
}
