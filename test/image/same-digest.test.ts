import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { startReferringRegistry, type ReferringRegistry } from '../oci/referring-registry.ts';
import { anotherUser, buildOnce, giveToNobody, type BuildOnce } from './surroundings.ts';
import { pushTwoPlatformBase } from './two-platform-base.ts';

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

function checkout(): string {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-same-'));
  folders.push(root);
  mkdirSync(join(root, 'model/sub'), { recursive: true });
  for (const [path, text] of Object.entries({ 'config.json': '{}', 'model.safetensors': 'w', 'sub/I ı.txt': 'x' })) {
    writeFileSync(join(root, 'model', path), text);
  }
  return root;
}

function build(surroundings: Partial<BuildOnce> = {}): ReturnType<typeof buildOnce> {
  return buildOnce({
    root: checkout(),
    repository: `${registry.host}/acme/iris`,
    image: `builder: oci, base: "${registry.host}/acme/base:slim", platform: [linux/amd64, linux/arm64]`,
    server: 'type: vllm',
    ...surroundings,
  });
}

// Each build is a process of its own, which takes long where others need the processors.
const timeout = 120_000;

it(
  'the same project is the same image: twice, from another work tree, at other times, with another umask, zone and language',
  { timeout },
  async () => {
    const root = checkout();
    const first = await build({ root });
    expect(first.layers.length).toBeGreaterThan(1);
    expect(await build({ root })).toEqual(first);
    const other = checkout();
    utimesSync(join(other, 'model/config.json'), 1, 1);
    chmodSync(join(other, 'model/model.safetensors'), 0o600);
    const environment = { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' };
    expect(await build({ root: other, umask: '77', environment })).toEqual(first);
  },
);

it.skipIf(!anotherUser())('and for another user', { timeout }, async () => {
  const root = checkout();
  giveToNobody(root);
  expect(await build({ root, as: 'nobody', umask: '2' })).toEqual(await build());
});
