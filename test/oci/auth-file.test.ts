import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { authFileVariable, findCredentials } from '../../src/oci/credentials.ts';

it('Buildah and Podman are told of a file with credentials only where there is one: they refuse to go on without it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mldeploy-auth-'));
  expect(authFileVariable(folder)).toEqual({});
  expect(authFileVariable(join(folder, 'none'))).toEqual({});
  expect(authFileVariable(null)).toEqual({});
  const file = join(folder, 'config.json');
  writeFileSync(file, '{}');
  expect(authFileVariable(folder)).toEqual({ REGISTRY_AUTH_FILE: file });
  rmSync(folder, { recursive: true });
});

it.each([
  null,
  [],
  'text',
  { auths: null, credHelpers: null },
  { auths: { 'r.example': null } },
  { auths: { 'r.example': 'text' } },
  { auths: { 'r.example': { auth: 5, username: {}, password: [], identitytoken: 7 } } },
  { credHelpers: { 'r.example': 5 }, credsStore: {} },
])('a configuration of Docker that is %j has no credentials', async (config) => {
  const dockerConfig = mkdtempSync(join(tmpdir(), 'mldeploy-auth-'));
  writeFileSync(join(dockerConfig, 'config.json'), JSON.stringify(config));
  expect(await findCredentials('r.example', { dockerConfig, environment: {} })).toBeNull();
  rmSync(dockerConfig, { recursive: true });
});
