import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, it } from 'vitest';

import { runInstaller } from '../../../../src/image/builders/oci/installer.ts';
import { installerSettings } from '../../../../src/image/builders/oci/installer-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'mldeploy-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const own = {
  PATH: '/usr/bin:/bin',
  HOME: folder,
  HTTPS_PROXY: 'http://proxy.example:3128',
  PIP_CONSTRAINT: '/my/constraints.txt',
  PIP_NO_BINARY: ':all:',
  PIP_INDEX_URL: 'https://mirror.example/simple',
  PIP_CACHE_DIR: '/cache',
  UV_RESOLUTION: 'lowest',
  UV_EXCLUDE_NEWER: '2020-01-01',
  UV_PRERELEASE: 'allow',
  UV_DEFAULT_INDEX: 'https://mirror.example/simple',
};

/** The environment that an installer gets, told by a program in its place. */
async function given(
  name: 'uv' | 'pip',
  environment: Record<string, string>,
  secret?: string,
): Promise<Record<string, string>> {
  const command = join(folder, name);
  writeFileSync(command, '#!/bin/sh\nenv\n');
  chmodSync(command, 0o755);
  const file = join(folder, 'secret.conf');
  if (secret !== undefined) writeFileSync(file, secret);
  const ended = await runInstaller({
    installer: { name, version: '1', command, prefix: [] },
    arguments: [],
    secrets: secret === undefined ? [] : [{ id: 'pipconf', file }],
    environment,
    signal: new AbortController().signal,
    onLine: () => undefined,
  });
  return Object.fromEntries(
    ended.stdout
      .trimEnd()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

it.each(['uv', 'pip'] as const)('%s chooses versions without the settings of who builds', async (name) => {
  const seen = await given(name, own);
  for (const setting of ['PIP_CONSTRAINT', 'PIP_NO_BINARY', 'UV_RESOLUTION', 'UV_EXCLUDE_NEWER', 'UV_PRERELEASE']) {
    expect(seen).not.toHaveProperty(setting);
  }
  expect(seen).toMatchObject({
    HTTPS_PROXY: own.HTTPS_PROXY,
    PIP_CACHE_DIR: '/cache',
    PIP_INDEX_URL: own.PIP_INDEX_URL,
    UV_DEFAULT_INDEX: own.UV_DEFAULT_INDEX,
    PIP_CONFIG_FILE: '/dev/null',
  });
});

it("takes from pip's own files where packages come from and how to get there, nothing else", async () => {
  mkdirSync(join(folder, '.config/pip'), { recursive: true });
  writeFileSync(
    join(folder, '.config/pip/pip.conf'),
    '[global]\nindex-url = https://theirs.example/simple\nproxy = http://p.example\n[install]\nconstraint = /c.txt\npre = true\n',
  );
  const seen = await given('pip', { PATH: own.PATH, HOME: folder });
  expect(seen).toMatchObject({ PIP_INDEX_URL: 'https://theirs.example/simple', PIP_PROXY: 'http://p.example' });
  expect(seen).not.toHaveProperty('PIP_CONSTRAINT');
  expect(seen).not.toHaveProperty('PIP_PRE');
  expect(await given('pip', { ...own, PIP_CONFIG_FILE: '/dev/null' })).toMatchObject({
    PIP_INDEX_URL: own.PIP_INDEX_URL,
  });
});

it('takes only the secret where there is one', async () => {
  const secret = '[global]\nextra-index-url =\n  https://a.example\n  https://b.example\n[install]\npre = true\n';
  const pip = await given('pip', own, secret);
  expect(pip).toMatchObject({ PIP_EXTRA_INDEX_URL: 'https://a.example https://b.example', PIP_PRE: 'true' });
  expect(pip).not.toHaveProperty('PIP_INDEX_URL');
  const uv = await given('uv', own, secret);
  expect(uv).toMatchObject({ UV_INDEX: 'https://a.example https://b.example' });
  expect(uv).not.toHaveProperty('UV_DEFAULT_INDEX');
});

it('tells another source from the same one, whatever else is set', async () => {
  const sources = async (environment: Record<string, string>): Promise<unknown> =>
    (await installerSettings({ HOME: '/nonexistent', ...environment }, null)).sources;
  const first = await sources({ PIP_INDEX_URL: 'https://a.example' });
  expect(await sources({ PIP_INDEX_URL: 'https://a.example', PIP_CONSTRAINT: 'c', PIP_TIMEOUT: '3' })).toEqual(first);
  expect(await sources({ PIP_INDEX_URL: 'https://b.example' })).not.toEqual(first);
  expect(await sources({ UV_FIND_LINKS: '/wheels' })).not.toEqual(await sources({}));
});
