import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { cacheFolder, cacheKey } from '../build/cache.ts';
import { withLock } from '../build/lock.ts';
import { withProgress, type OnProgress } from '../build/progress.ts';
import { sh } from '../shell.ts';
import { layerOf, storeImage, type Layer } from './registry-folder.ts';
import { tar } from './tar.ts';

/** Images that the registry has from the start, under the names they have on Docker Hub (without `docker.io/`). */
export const baseImages = {
  python: 'library/python:3.12-slim',
  node: 'library/node:24-slim',
  busybox: 'library/busybox:stable',
  pause: 'ml-deploy/pause:1',
};

const packages = ['ca-certificates', 'python3-minimal', 'python3-pip', 'python3-venv'];

/** Arguments of setpriv: what follows ends with this process, however it ends, and its mounts are seen by nobody else. */
const endsWithUs = ['--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

/** Runs in the new root folder ($1) before it is packed: what belongs to this machine must not get into the image. */
const finish = [
  'ln -s /usr/bin/python3 "$1/usr/local/bin/python"',
  'ln -s /usr/bin/pip3 "$1/usr/local/bin/pip"',
  'rm -f "$1"/usr/lib/python3*/EXTERNALLY-MANAGED "$1/etc/resolv.conf" "$1/etc/hostname"',
  'rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/var/log/* "$1"/var/cache/debconf/*-old',
].join('; ');

const unneeded = ['/usr/share/man/*', '/usr/share/locale/*', '/usr/share/doc/*', '/usr/share/info/*'];

/**
 * Folder of a registry that holds the base images, built from the distribution's packages and this Node; built once per user.
 * @param onProgress receives the progress of the build
 * @returns path in the user's cache; not to be changed
 */
export async function baseImageFolder(onProgress: OnProgress): Promise<string> {
  const folder = join(
    cacheFolder(),
    `base-images-${cacheKey([packages, finish, unneeded, baseImages, process.version, suite(), 1])}`,
  );
  if (existsSync(folder)) return folder;
  const waiting = (seconds: number): void =>
    onProgress(`base images: another run is building them, waited ${seconds} s`);
  return withLock(join(cacheFolder(), 'base-images.lock'), waiting, async () => {
    if (!existsSync(folder))
      await withProgress('build base images', 150, onProgress, (detail) => build(folder, detail));
    return folder;
  });
}

function suite(): string {
  const name = /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  if (!name) throw new Error('/etc/os-release does not name a release (VERSION_CODENAME)');
  return name;
}

/** The distribution's own package sources; others on this machine (for other programs) have no place in a base image. */
function sources(): string {
  const files = [
    '/etc/apt/sources.list.d/debian.sources',
    '/etc/apt/sources.list.d/ubuntu.sources',
    '/etc/apt/sources.list',
  ];
  const file = files.find((path) => existsSync(path));
  if (file === undefined) throw new Error(`no package sources: none of ${files.join(', ')} exists`);
  return file;
}

async function build(folder: string, detail: (text: string) => void): Promise<void> {
  const work = `${folder}.work`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  detail('installing packages into a new root folder');
  const root = join(work, 'root.tar');
  mkdirSync(join(work, 'tmp'));
  await sh(
    'setpriv',
    [
      ...endsWithUs,
      'mmdebstrap',
      '--variant=minbase',
      '--mode=root',
      '--skip=output/dev',
      '--aptopt=Acquire::Retries "3"',
      `--include=${packages.join(',')}`,
      ...unneeded.map((path) => `--dpkgopt=path-exclude=${path}`),
      '--dpkgopt=path-include=/usr/share/doc/*/copyright',
      `--customize-hook=${finish}`,
      suite(),
      root,
      sources(),
    ],
    { env: { ...process.env, SOURCE_DATE_EPOCH: '1700000000', TMPDIR: join(work, 'tmp') }, timeout: 1_200_000 },
  );
  detail('compressing');
  const debian = await compressedLayer(root);
  const busyboxFile = readFileSync('/bin/busybox');
  const busybox = await layerOf(tar(busyboxTree(busyboxFile, await applets())));
  const nodeLayer = await layerOf(
    tar([
      { path: 'usr/', mode: 0o755 },
      { path: 'usr/local/', mode: 0o755 },
      { path: 'usr/local/bin/', mode: 0o755 },
      { path: 'usr/local/bin/node', mode: 0o755, content: readFileSync(process.execPath) },
    ]),
  );
  rmSync(root);
  rmSync(join(work, 'tmp'), { recursive: true });

  const path = 'PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin';
  const store = async (reference: string, layers: Layer[], command: string[]): Promise<void> => {
    await setImmediate(); // hashing takes a moment each time: let the progress lines through
    const [name = '', tag = ''] = reference.split(':');
    storeImage(work, name, tag, layers, { Env: [path], Cmd: command });
  };
  await store(baseImages.python, [debian], ['python3']);
  await store(baseImages.node, [debian, nodeLayer], ['node']);
  await store(baseImages.busybox, [busybox], ['sh']);
  await store(baseImages.pause, [busybox], ['sleep', 'infinity']);
  renameSync(work, folder);
}

/** gzip runs as a program of its own, so that the progress lines go on. */
async function compressedLayer(file: string): Promise<Layer> {
  const digest = (await sh('sha256sum', [file])).stdout.slice(0, 64);
  await sh('gzip', ['-k', '-n', '-6', file], { timeout: 600_000 });
  const compressed = readFileSync(`${file}.gz`);
  rmSync(`${file}.gz`);
  return { compressed, diffId: `sha256:${digest}` };
}

async function applets(): Promise<string[]> {
  return (await sh('/bin/busybox', ['--list'])).stdout.split('\n').filter((name) => name !== '' && name !== 'busybox');
}

function busyboxTree(program: Buffer, names: string[]): Parameters<typeof tar>[0] {
  return [
    { path: 'bin/', mode: 0o755 },
    { path: 'bin/busybox', mode: 0o755, content: program },
    ...names.map((name) => ({ path: `bin/${name}`, mode: 0o777, link: 'busybox' })),
    { path: 'etc/', mode: 0o755 },
    {
      path: 'etc/passwd',
      mode: 0o644,
      content: Buffer.from('root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n'),
    },
    { path: 'etc/group', mode: 0o644, content: Buffer.from('root:x:0:\nnobody:x:65534:\n') },
    { path: 'tmp/', mode: 0o1777 },
  ];
}

/**
 * Fills a cluster's registry with the base images. Blobs are shared with the cache by hard links (the registry never changes a blob in place).
 * @param from folder from baseImageFolder
 * @param to root folder of the registry's storage
 */
export async function copyBaseImages(from: string, to: string): Promise<void> {
  const storage = 'docker/registry/v2';
  mkdirSync(join(to, storage), { recursive: true });
  for (const part of await readdir(join(from, storage))) {
    if (part === 'blobs')
      await sh('cp', ['-rl', join(from, storage, part), join(to, storage, part)]).catch(() => copy(part));
    else await copy(part);
  }
  async function copy(part: string): Promise<void> {
    await cp(join(from, storage, part), join(to, storage, part), { recursive: true });
  }
}
