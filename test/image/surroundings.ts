import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const repository = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');

/** Of the user who is not the one that runs the tests. */
export const nobody = 65_534;

/** What is built. */
export interface BuildOnce {
  /** Folder of the project. */
  readonly root: string;
  /** `host/path` */
  readonly repository: string;
  /** YAML of the keys of `image` and of `server`. */
  readonly image: string;
  readonly server: string;
  /** Without caches, and publishing nothing. */
  readonly anew?: boolean;
  /** Octal digits. */
  readonly umask?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Folders of programs, before the system's. */
  readonly path?: readonly string[];
  /** Who builds: the one that runs the tests, or `nobody`. */
  readonly as?: 'nobody';
}

/**
 * Builds in a process of its own.
 * @param build what, by whom and where
 * @returns the digest, and the titles of the layers, or of those that the registry lacks when it is built anew
 */
export async function buildOnce(build: BuildOnce): Promise<{ digest: string; layers: readonly unknown[] }> {
  const { root, umask = '22', environment = {}, path = [] } = build;
  using elsewhere = build.as === 'nobody' ? mountPoints([repository, ...path]) : null;
  const here = (folder: string): string => elsewhere?.places.get(folder) ?? folder;
  const [first = '', ...rest] = [
    ...(elsewhere?.command ?? []),
    join(here(repository), 'node_modules/.bin/node'),
    join(here(repository), 'test/image/build-once.ts'),
    ...[root, build.repository, build.image, build.server, umask, ...(build.anew === true ? ['anew'] : [])],
  ];
  const env = {
    HOME: root,
    ...environment,
    PATH: [...path.map(here), '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'].join(delimiter),
  };
  const { stdout } = await execute(first, rest, { env, cwd: root, maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as { digest: string; layers: readonly unknown[] };
}

interface MountPoints extends Disposable {
  /** Folder -> where the other user finds it. */
  readonly places: ReadonlyMap<string, string>;
  /** Runs what follows as that user. */
  readonly command: readonly string[];
}

/**
 * The folders may lie below one that is closed to others, such as root's home: they are mounted elsewhere, seen by the new process alone.
 * So is a list of user ids that this user may use in namespaces of its own, as rootless builders need them.
 */
function mountPoints(folders: readonly string[]): MountPoints {
  const parent = mkdtempSync(join(tmpdir(), 'mldeploy-nobody-'));
  chmodSync(parent, 0o755);
  const places = new Map(folders.map((folder, index) => [folder, join(parent, String(index))]));
  for (const place of places.values()) mkdirSync(place);
  writeFileSync(join(parent, 'ids'), 'nobody:200000:65536\n');
  const script = `ids=$1; shift
for list in /etc/subuid /etc/subgid; do if test -e $list; then mount --bind "$ids" $list; fi; done
while test "$1" != --; do mount --bind "$1" "$2"; shift 2; done; shift
exec setpriv --reuid=${nobody} --regid=${nobody} --clear-groups "$@"`;
  const command = [
    'unshare',
    '--mount',
    'sh',
    '-e',
    '-c',
    script,
    'sh',
    join(parent, 'ids'),
    ...[...places].flat(),
    '--',
  ];
  return { places, command, [Symbol.dispose]: () => rmSync(parent, { recursive: true, force: true }) };
}

/** Whether another user can run anything of ours here: that takes root. */
export function anotherUser(): boolean {
  if (process.getuid?.() !== 0) return false;
  using elsewhere = mountPoints([repository]);
  const [first = '', ...rest] = [
    ...elsewhere.command,
    ...['test', '-r', join(elsewhere.places.get(repository) ?? '', 'test/image/build-once.ts')],
  ];
  try {
    execFileSync(first, rest, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Makes a folder and all that is in it the other user's. */
export function giveToNobody(folder: string): void {
  execFileSync('chown', ['-R', `${nobody}:${nobody}`, folder]);
}
