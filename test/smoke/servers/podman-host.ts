import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { installPackages } from '../../cluster/requirements.ts';
import { whenGone } from '../../guard.ts';
import { startRegistry } from '../../oci/real-registry.ts';
import { podmanEnvironment } from '../fixture/real-engines.ts';

/** What goes into an image besides this machine's programs. */
export interface ImageFiles {
  /** By absolute path: a text, or a file or folder of this machine. */
  readonly files: Readonly<Record<string, string | { readonly from: string }>>;
  readonly entrypoint: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
}

/** Podman of Debian with a storage of its own, and a registry. */
export interface PodmanHost extends AsyncDisposable {
  readonly registry: string;
  /** Of the engine. With INSTEAD, the reference of an image, the machine runs that one whatever it is told. */
  readonly environment: Readonly<Record<string, string>>;
  /** Makes an image, pushes it and forgets it, so that it has to be pulled; `repository@digest`. */
  image(name: string, image: ImageFiles): string;
  /** Names of the containers that are there. */
  containers(): string;
}

/** Debian's programs, and what some of them look up. */
const mounted = ['/usr', '/etc/alternatives', '/etc/java-17-openjdk'];

/** Debian's packages, each with a file it brings. */
export const podmanPackages = {
  podman: 'podman',
  catatonit: 'catatonit',
  netavark: '/usr/lib/podman/netavark',
  runc: 'runc',
  iptables: 'iptables',
  'docker-registry': 'docker-registry',
};

/**
 * Images of the tests hold a model and its code alone: the Python with the server, gigabytes of packages that are installed once on this machine, is
 * mounted into every container at /venv, read-only.
 * @param python path of the interpreter of a virtual environment
 */
export async function podmanHost(python: string): Promise<PodmanHost> {
  await installPackages((line) => console.log(line), podmanPackages);
  const folder = mkdtempSync(join(tmpdir(), 'podman-'));
  const engine = podmanEnvironment(folder);
  const venv = dirname(dirname(python));
  // Its programs name their interpreter by where it was installed.
  const mounts = [...[...mounted, venv].map((path) => `${path}:${path}`), `${venv}:/venv`];
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'podman'),
    `#!/bin/bash
[ "$1" = create ] || exec /usr/bin/podman "$@"
shift
if [ -n "$INSTEAD" ]; then
  /usr/bin/podman pull --quiet --tls-verify=false "$INSTEAD" >&2 || exit
  set -- "\${@:1:$#-1}" "$INSTEAD"
fi
exec /usr/bin/podman create ${mounts.map((mount) => `--volume=${mount}:ro`).join(' ')} "$@"
`,
  );
  chmodSync(join(bin, 'podman'), 0o755);
  const ask = (...args: string[]): string =>
    execFileSync('/usr/bin/podman', args, { env: engine, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const settings = Object.entries(engine).map(([key, value]) => `${key}='${value}'`);
  const spare = whenGone(`${settings.join(' ')} /usr/bin/podman rm --all --force --time 0; rm -rf ${folder}`);
  const registry = await startRegistry();
  return {
    registry: registry.host,
    environment: { ...engine, PATH: `${bin}:${engine.PATH}` },
    containers: () => ask('ps', '--all', '--format', '{{.Names}}'),
    image: (name, { files, entrypoint, environment = {}, workingDirectory = '/' }) => {
      const root = mkdtempSync(join(folder, 'root-'));
      for (const path of ['/tmp', '/proc', '/dev', '/sys', '/venv', ...mounted]) {
        mkdirSync(join(root, path), { recursive: true });
      }
      // Podman gives the folder in memory the mode of the image's own.
      chmodSync(join(root, '/tmp'), 0o1777);
      for (const link of ['bin', 'lib', 'lib64', 'sbin']) symlinkSync(`usr/${link}`, join(root, link));
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        if (typeof content === 'string') writeFileSync(join(root, path), content);
        else cpSync(content.from, join(root, path), { recursive: true });
      }
      const archive = `${root}.tar`;
      execFileSync('tar', ['-C', root, '--mode=a+rX', '--owner=0', '--group=0', '-cf', archive, '.']);
      const changes = [
        `ENTRYPOINT ${JSON.stringify(entrypoint)}`,
        `WORKDIR ${workingDirectory}`,
        'ENV PATH=/venv/bin:/usr/bin:/bin',
        ...Object.entries(environment).map(([key, value]) => `ENV ${key}=${value}`),
      ];
      const tag = `${registry.host}/${name}:1`;
      ask('import', '--quiet', ...changes.flatMap((line) => ['--change', line]), archive, tag);
      ask('push', '--quiet', '--tls-verify=false', '--digestfile', `${root}.digest`, tag);
      const digest = execFileSync('cat', [`${root}.digest`], { encoding: 'utf8' }).trim();
      ask('rmi', tag);
      for (const path of [root, archive, `${root}.digest`]) rmSync(path, { recursive: true });
      return `${registry.host}/${name}@${digest}`;
    },
    async [Symbol.asyncDispose]() {
      ask('rm', '--all', '--force', '--time', '0');
      await registry[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
      spare();
    },
  };
}
