import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { runCommandLine } from '../../../src/cli/main.ts';
import { captureHost } from '../../cli/host.ts';
import { clientOf } from '../client.ts';
import { startRegistry, type RealRegistry } from '../real-registry.ts';
import { layerOf, publishedDigest, publishModel } from './model-image.ts';

const scratch = mkdtempSync(join(tmpdir(), 'mldeploy-fetch-'));
const content = Buffer.alloc(3_000_000, 'weights');
let registry: RealRegistry;
let reference: string;

beforeAll(async () => {
  registry = await startRegistry('pass');
  const credentials = () => Promise.resolve({ kind: 'password', username: 'tester', password: 'pass' } as const);
  const client = clientOf(registry.host, { credentials });
  const digest = await publishModel(client, [await layerOf({ 'model/a.bin': content })]);
  reference = `${registry.host}/acme/fraud@${digest}`;
  // As a pod has the secrets of its registries: a folder each.
  const auth = Buffer.from('tester:pass').toString('base64');
  for (const [folder, host] of ['other.example', registry.host].entries()) {
    mkdirSync(join(scratch, `secrets/${folder}`), { recursive: true });
    writeFileSync(join(scratch, `secrets/${folder}/config.json`), JSON.stringify({ auths: { [host]: { auth } } }));
  }
});

afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true, force: true });
});

async function fetch(
  to: string,
  environment: Record<string, string>,
): Promise<{ code: number; out: string; err: string }> {
  const host = captureHost(scratch, { HOME: scratch, ...environment });
  const code = await runCommandLine(['fetch', reference, '--to', to], host);
  return { code, out: host.stdout.text, err: host.stderr.text };
}

const secrets = { MLDEPLOY_REGISTRY_SECRETS: join(scratch, 'secrets') };

it('reads a registry with the secret that is for it', async () => {
  const told = await fetch('model', secrets);
  expect(told, told.err).toMatchObject({ code: 0 });
  expect(told.out).toContain(`${publishedDigest}: 1 file`);
  expect(readFileSync(join(scratch, 'model/a.bin')).equals(content)).toBe(true);
});

it.each([{}, { MLDEPLOY_REGISTRY_SECRETS: '/nowhere' }])('says that it is not let in: %j', async (environment) => {
  const told = await fetch('none', environment);
  expect(told).toMatchObject({ code: 4, err: expect.stringContaining('(registry/unauthorized; ') as string });
});

it('says that the disk is too small before it fills it', async () => {
  const small = join(scratch, 'small');
  mkdirSync(small);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]);
  try {
    const told = await fetch('small/model', secrets);
    expect(told).toMatchObject({ code: 4, err: expect.stringContaining('(fetch/no-room; ') as string });
  } finally {
    execFileSync('umount', [small]);
  }
});
