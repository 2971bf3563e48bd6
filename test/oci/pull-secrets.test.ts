import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runCommandLine } from '../../src/cli/main.ts';
import type { Credentials } from '../../src/oci/credentials.ts';
import { pullSecrets } from '../../src/oci/pull-secrets.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import { captureHost } from '../cli/host.ts';
import { clientOf } from './client.ts';
import { startFaultyRegistry } from './faulty-registry.ts';
import { layerOf, publishModel } from './pull/model-image.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mldeploy-secrets-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const auth = (user: string): string => Buffer.from(`${user}:secret`).toString('base64');

function secret(number: number, keys: Readonly<Record<string, string>>): void {
  const auths = Object.fromEntries(Object.entries(keys).map(([key, user]) => [key, { auth: auth(user) }]));
  secretText(number, JSON.stringify({ auths }));
}

function secretText(number: number, text: string): void {
  mkdirSync(join(folder, `${number}`));
  writeFileSync(join(folder, `${number}`, 'config.json'), text);
}

async function usersFor(name: string, notes: string[] = []): Promise<string[]> {
  const found = await pullSecrets(folder, parseRepository(name), (note) => notes.push(note));
  return found.map((each: Credentials) => (each.kind === 'password' ? each.username : each.token));
}

describe('the pull secrets of a pod', () => {
  it.each([
    ['registry.example', 'registry.example/acme/fraud', true],
    ['https://registry.example/v2/', 'registry.example/acme/fraud', true],
    ['registry.example/acme/fraud', 'registry.example/acme/fraud', true],
    ['registry.example/acme', 'registry.example/acme/fraud', true],
    ['https://registry.example/v1/acme', 'registry.example/acme/fraud', true],
    ['registry.example/other', 'registry.example/acme/fraud', false],
    ['registry.example/acme/fraud/more', 'registry.example/acme/fraud', false],
    ['*.azurecr.io', 'acme.azurecr.io/fraud', true],
    ['*.azurecr.io', 'azurecr.io/acme/fraud', false],
    ['*.azurecr.io', 'a.b.azurecr.io/fraud', false],
    ['a*e.azurecr.??', 'acme.azurecr.io/fraud', true],
    ['a*x.azurecr.io', 'acme.azurecr.io/fraud', false],
    ['registry.example:5000', 'registry.example:5000/acme/fraud', true],
    ['registry.example', 'registry.example:5000/acme/fraud', false],
    ['https://index.docker.io/v1/', 'acme/fraud', true],
    ['docker.io/acme', 'acme/fraud', true],
  ])('with the address %s is for %s: %s', async (key, name, is) => {
    secret(0, { [key]: 'user' });
    expect(await usersFor(name)).toEqual(is ? ['user'] : []);
  });

  it('come in the order of the kubelet: the longer address first, of whichever secret', async () => {
    secret(0, { 'registry.example': 'host', '*.example': 'wildcard' });
    secret(1, {
      'registry.example/acme/fraud': 'repository',
      'registry.example/acme': 'folder',
      'other.example': 'no',
    });
    expect(await usersFor('registry.example/acme/fraud')).toEqual(['repository', 'folder', 'host', 'wildcard']);
  });

  it('that cannot be read are a note, and the others stay', async () => {
    secretText(0, '{');
    mkdirSync(join(folder, '1'));
    mkdirSync(join(folder, '2/config.json'), { recursive: true });
    secretText(3, 'null');
    secretText(4, '{"auths": {"registry.example": null}}');
    secret(10, { 'registry.example': 'user' });
    const notes: string[] = [];
    expect(await usersFor('registry.example/acme/fraud', notes)).toEqual(['user']);
    expect(notes).toEqual([expect.stringContaining('0/config.json'), expect.stringContaining('2/config.json')]);
    rmSync(folder, { recursive: true });
    expect(await usersFor('registry.example/acme/fraud', notes)).toEqual([]);
    expect(notes).toHaveLength(3);
  });

  it('are tried one after the other, until the registry lets one in', async () => {
    const seen = new Set<string>();
    let open = true;
    await using registry = await startFaultyRegistry({
      fault: ({ headers: { authorization = '' } }) => {
        if (open) return null;
        seen.add(Buffer.from(authorization.replace('Basic ', ''), 'base64').toString().split(':')[0] ?? '');
        if (authorization === `Basic ${auth('reader')}`) return null;
        if (authorization === `Basic ${auth('stranger')}`) return { status: 403 };
        return { status: 401, headers: { 'www-authenticate': 'Basic realm="models"' } };
      },
    });
    const digest = await publishModel(clientOf(registry.host), [await layerOf({ 'model/x': Buffer.from('x') })]);
    open = false;
    const { host } = registry;
    secretText(0, 'broken');
    secret(1, { [`${host}/acme/fraud`]: 'expired', [`${host}/acme`]: 'stranger', [host]: 'reader' });
    const to = captureHost(folder, { HOME: folder, PATH: '/nowhere', MLDEPLOY_REGISTRY_SECRETS: folder });
    const code = await runCommandLine(['fetch', `${host}/acme/fraud@${digest}`, '--to', join(folder, 'to/model')], to);
    expect(to.stderr.text).toContain('is left out');
    expect(code).toBe(0);
    expect([...seen]).toEqual(['', 'expired', 'stranger', 'reader']);
  });
});
