import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { authFileVariable } from '../../src/oci/credentials.ts';

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
