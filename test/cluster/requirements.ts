import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { cacheFolder } from './build/cache.ts';
import { withLock } from './build/lock.ts';
import { withProgress, type OnProgress } from './build/progress.ts';
import { sh } from './shell.ts';

/** Debian package -> a file it brings, or a program to find on PATH. */
const packages: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  runc: 'runc',
  'containernetworking-plugins': '/usr/lib/cni/bridge',
  'docker-registry': 'docker-registry',
  buildah: 'buildah',
  mmdebstrap: 'mmdebstrap',
  'busybox-static': '/bin/busybox',
  iptables: 'iptables',
  iproute2: 'ip',
  'util-linux': 'nsenter',
  procps: 'sysctl',
  'ca-certificates': '/etc/ssl/certs/ca-certificates.crt',
};

/** Certificate authorities that this host trusts. */
export const hostCaBundle = '/etc/ssl/certs/ca-certificates.crt';

/** Longest path of a Unix socket, in bytes; the kernel's limit. */
const longestSocketPath = 107;

const overlayMagic = 0x794c7630;

/** What compiling Kubernetes and BuildKit alone leaves in the caches of Go and ours, in bytes. */
const compileRoom = 5e9;

function onPath(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return [...folders, '/usr/sbin', '/sbin'].some((folder) => existsSync(join(folder, program)));
}

/** From 1.21 on, Go fetches the newer Go that a module asks for. */
function goProblem(): string | undefined {
  if (!onPath('go')) return 'which has none';
  const version = execFileSync('go', ['env', 'GOVERSION'], {
    encoding: 'utf8',
    env: { ...process.env, GOTOOLCHAIN: 'local' },
  }).trim();
  const [, major = '0', minor = '0'] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 1 || Number(minor) >= 21 ? undefined : `which has ${version}`;
}

/**
 * Lists what this machine lacks for a test cluster and cannot be installed by us.
 * @param folder state folder of the cluster
 * @param compile whether Go programs have to be built
 * @returns one line per thing, empty when all is well
 */
export function missing(folder: string, compile: boolean): string[] {
  const lines: string[] = [];
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  if (process.platform !== 'linux' || !/^ID(_LIKE)?=.*debian/m.test(release)) {
    lines.push('Debian or Ubuntu (the cluster is made of its packages)');
  }
  if (Number(process.versions.node.split('.')[0]) < 24)
    lines.push(`Node 24 or later, not ${process.version}: npm ci puts it into node_modules/.bin`);
  if (process.getuid?.() !== 0)
    lines.push('root (namespaces, network devices and mounts are created): run it with sudo');
  const go = compile ? goProblem() : undefined;
  if (go !== undefined) lines.push(`Go 1.21 or later on PATH, ${go} (Kubernetes is compiled once): https://go.dev/dl/`);
  if (Buffer.byteLength(join(folder, 'buildkitd.sock')) > longestSocketPath) {
    lines.push(`a shorter path than ${folder} (sockets lie there): set ML_DEPLOY_CLUSTER_DIR`);
  }
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  if (statfsSync(existing).type === overlayMagic) {
    lines.push(
      `a folder on a real disk; ${existing} is on overlayfs, which cannot hold container images: set ML_DEPLOY_CLUSTER_DIR`,
    );
  }
  const { bavail, bsize } = statfsSync(cacheFolder());
  if (compile && bavail * bsize < compileRoom) {
    const gigabytes = (bytes: number): string => `${Math.round(bytes / 1e9)} GB`;
    lines.push(
      `${gigabytes(compileRoom)} free for compiled programs; ${cacheFolder()} has ${gigabytes(bavail * bsize)}`,
    );
  }
  return lines;
}

/**
 * Makes sure that this machine can hold a cluster, and installs the packages that it needs.
 * @param folder state folder of the cluster
 * @param compile whether Go programs have to be built
 * @param onProgress is told what is installed
 * @throws Error with one line per thing that is lacking
 */
export async function prepareMachine(folder: string, compile: boolean, onProgress: OnProgress): Promise<void> {
  const lacking = missing(folder, compile);
  if (lacking.length > 0) throw new Error(`a test cluster needs:\n  ${lacking.join('\n  ')}`);
  await installPackages(onProgress);
}

/**
 * Installs the Debian packages that are missing, without starting the services they bring.
 * @param onProgress is told what is installed
 * @param wanted package -> a file it brings, or a program to find on PATH; those of the cluster itself unless said
 */
export async function installPackages(onProgress: OnProgress, wanted = packages): Promise<void> {
  const lacking = (): string[] =>
    Object.entries(wanted)
      .filter(([, file]) => !(file.startsWith('/') ? existsSync(file) : onPath(file)))
      .map(([name]) => name);
  if (lacking().length === 0) return;
  const waiting = (seconds: number): void =>
    onProgress(`Debian packages: another run is installing some, waited ${seconds} s`);
  await withLock(packageLock, waiting, async () => {
    const names = lacking();
    if (names.length === 0) return;
    onProgress(`installing Debian packages: ${names.join(' ')}`);
    await withoutServices(() => withProgress('install Debian packages', 30, onProgress, () => aptInstall(names)));
  });
}

/** Held while packages are installed; apt itself gives up when somebody else is at it. */
const packageLock = '/etc/apt';

/** Debian's own switch against services that start as soon as they are installed. */
async function withoutServices(work: () => Promise<void>): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d';
  const refusal = '#!/bin/sh\n# ml-deploy test cluster\nexit 101\n';
  // One with our text was left behind by a run that was killed.
  const ours = !existsSync(policy) || readFileSync(policy, 'utf8') === refusal;
  if (ours) writeFileSync(policy, refusal, { mode: 0o755 });
  try {
    await work();
  } finally {
    if (ours) rmSync(policy);
  }
}

async function aptInstall(names: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Others on this machine may be using apt: unattended upgrades, a provisioning script.
  const options = ['-qq', '-o', 'Acquire::Retries=3', '-o', 'DPkg::Lock::Timeout=300'];
  // A source of somebody else's that is broken does not matter, as long as the packages are found.
  const update = sh('apt-get', [...options, 'update'], { env, timeout: 300_000 });
  const trouble = await update.then(
    () => '',
    (error: unknown) => `\n${String(error)}`,
  );
  // A run that was killed may have left packages half configured.
  await sh('dpkg', ['--configure', '-a'], { env, timeout: 600_000 }).catch(() => undefined); // apt-get will say it better
  const install = ['install', '-y', '--no-install-recommends', ...names];
  await sh('apt-get', [...options, ...install], { env, timeout: 900_000 }).catch((error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : String(error)}${trouble}`);
  });
}
