import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterEach, beforeEach, expect, it } from 'vitest';

import type { BuildEvidence } from '../../src/pipeline/evidence.ts';
import { startReferringRegistry, type ReferringRegistry } from '../oci/referring-registry.ts';
import { pushTwoPlatformBase } from './two-platform-base.ts';

const script = join(import.meta.dirname, 'build-once.ts');
const nobody = 65_534;
let registry: ReferringRegistry;
const folders: string[] = [];

beforeEach(async () => {
  registry = await startReferringRegistry({ lists: true });
  await pushTwoPlatformBase(`${registry.host}/acme/base`);
});
afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A fresh checkout, for everybody to write in. */
function checkout(): string {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-same-'));
  folders.push(root);
  mkdirSync(join(root, 'model/sub'), { recursive: true });
  for (const [path, text] of Object.entries({ 'config.json': '{}', 'model.safetensors': 'w', 'sub/I ı.txt': 'x' })) {
    writeFileSync(join(root, 'model', path), text);
  }
  chmodSync(root, 0o777);
  return root;
}

interface Surroundings {
  readonly root?: string;
  readonly umask?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly user?: number;
}

async function build({ root = checkout(), umask = '22', environment = {}, user }: Surroundings = {}): Promise<
  BuildEvidence['image']
> {
  const image = `builder: oci, base: "${registry.host}/acme/base:slim", platform: [linux/amd64, linux/arm64]`;
  const args = [script, root, `${registry.host}/acme/iris`, image, umask];
  const env = { PATH: process.env['PATH'] ?? '', HOME: root, ...environment };
  const as = user === undefined ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
  const [command = '', ...rest] = [...as, process.execPath, ...args];
  const { stdout } = await promisify(execFile)(command, rest, { env, cwd: root });
  return JSON.parse(stdout) as BuildEvidence['image'];
}

/** Whether another user can run this at all: a home folder of root's is closed to others, and so may be its temporary files. */
function anotherUser(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    for (const path of [script, process.execPath, tmpdir()]) {
      execFileSync('setpriv', [`--reuid=${nobody}`, '--clear-groups', 'test', '-r', path]);
    }
    return true;
  } catch {
    return false;
  }
}

it('the same project is the same image: twice, from another work tree, at other times, with another umask, zone and language', async () => {
  const root = checkout();
  const first = await build({ root });
  expect(first.platforms).toHaveLength(2);
  expect(await build({ root })).toEqual(first);
  const other = checkout();
  utimesSync(join(other, 'model/config.json'), 1, 1);
  chmodSync(join(other, 'model/model.safetensors'), 0o600);
  const environment = { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' };
  expect(await build({ root: other, umask: '77', environment })).toEqual(first);
});

it.skipIf(!anotherUser())('and for another user', async () => {
  expect(await build({ user: nobody, umask: '2' })).toEqual(await build());
});
