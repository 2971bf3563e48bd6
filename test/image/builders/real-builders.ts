import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { goBuild } from '../../cluster/build/go-build.ts';
import { buildx } from '../../cluster/build/recipes/buildx.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { installPackages } from '../../cluster/requirements.ts';
import { giveToNobody } from '../surroundings.ts';
import { uvPath } from './oci/installers.ts';

/** Every builder there is. */
export const builderNames = ['buildkit', 'buildx', 'buildah', 'oci'] as const;

export type BuilderName = (typeof builderNames)[number];

/** What a process needs to build with one of them. */
export interface BuilderPlace {
  /** Folders of programs, before the system's. */
  readonly path: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** All builders on a cluster: its BuildKit under an address that any user reaches, Debian's Buildah, uv. */
export interface RealBuilders extends AsyncDisposable {
  /**
   * Storage and settings of a builder, new ones at each call.
   * @param name which
   * @param as whose they are; those of the user that runs the tests unless said
   */
  place(name: BuilderName, as?: 'nobody'): BuilderPlace;
}

/**
 * Finds or makes the programs of all builders.
 * @param cluster whose registry has the bases
 */
export async function realBuilders(cluster: Cluster): Promise<RealBuilders> {
  const socket = cluster.buildkitAddress.replace('unix://', '');
  const proxy = createServer((client) => {
    const upstream = connect(socket);
    client.pipe(upstream).pipe(client);
    for (const each of [client, upstream]) each.on('error', () => each.destroy());
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  const daemon = `tcp://127.0.0.1:${address.port}`;
  const buildxFolder = (await goBuild(buildx, () => undefined)).bin;
  const uv = await uvPath();
  await installPackages((line) => console.log(line), { buildah: 'buildah', uidmap: 'newuidmap' });
  const homes: string[] = [];
  const storages: Readonly<Record<string, string>>[] = [];

  const places: Readonly<Record<BuilderName, (home: string) => BuilderPlace>> = {
    buildkit: () => ({ path: [dirname(cluster.state.buildctl)], environment: { BUILDKIT_HOST: daemon } }),
    buildx: (home) => {
      const environment = { BUILDX_CONFIG: home };
      const args = ['create', '--name', 'remote1', '--driver', 'remote', '--use', daemon];
      execFileSync(join(buildxFolder, 'buildx'), args, { env: environment, stdio: 'ignore' });
      return { path: [buildxFolder], environment };
    },
    buildah: (home) => {
      const written = (file: string, text: string): string => {
        writeFileSync(join(home, file), text);
        return join(home, file);
      };
      for (const name of ['runtime', 'tmp']) mkdirSync(join(home, name));
      const registries = `[[registry]]\nlocation = "${cluster.registry}"\ninsecure = true\n`;
      const storage = `[storage]\ndriver = "overlay"\ngraphroot = "${home}/root"\nrunroot = "${home}/run"\n`;
      const environment = {
        BUILDAH_ISOLATION: 'chroot',
        // Its folder `buildah-cache` belongs to the first user who builds.
        TMPDIR: join(home, 'tmp'),
        XDG_RUNTIME_DIR: join(home, 'runtime'),
        CONTAINERS_REGISTRIES_CONF: written('registries.conf', registries),
        CONTAINERS_STORAGE_CONF: written('storage.conf', storage),
      };
      return { path: [], environment };
    },
    oci: () => ({ path: [uv], environment: {} }),
  };

  return {
    place(name, as) {
      const home = mkdtempSync(join(tmpdir(), `mldeploy-${name}-`));
      homes.push(home);
      const place = places[name](home);
      // What a namespace of another user has mounted is gone with it.
      if (name === 'buildah' && as === undefined) storages.push(place.environment);
      if (as !== undefined) giveToNobody(home);
      return place;
    },
    [Symbol.asyncDispose]: async () => {
      // Removing a working container unmounts the storage.
      for (const storage of storages) {
        execFileSync('buildah', ['rm', '--all'], { env: { ...process.env, ...storage }, stdio: 'ignore' });
      }
      for (const home of homes) rmSync(home, { recursive: true, force: true });
      const closed = once(proxy, 'close');
      proxy.close();
      await closed;
    },
  };
}
