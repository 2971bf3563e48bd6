import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeAll, expect, it } from 'vitest';

import { modelStatement, readSigningKey, signStatement } from '../../src/signing/sign.ts';
import { keyPair } from './keys.ts';

let tool: string;

beforeAll(() => {
  const venv = join(mkdtempSync(join(tmpdir(), 'mldeploy-model-signing-')), 'venv');
  execFileSync('python3', ['-m', 'venv', venv]);
  execFileSync(join(venv, 'bin/pip'), ['install', '--quiet', 'model-signing==1.1.1', 'pyopenssl']);
  tool = join(venv, 'bin/model_signing');
});

it.each(['P-256', 'P-384', 'P-521'])('the reference implementation accepts our signature with a key of %s', (curve) => {
  const folder = mkdtempSync(join(tmpdir(), 'mldeploy-signed-'));
  const contents = { 'a b.bin': 'weights', 'config/größe.json': '{}' };
  mkdirSync(join(folder, 'model/config'), { recursive: true });
  for (const [path, content] of Object.entries(contents)) writeFileSync(join(folder, 'model', path), content);
  const files = Object.entries(contents).map(([path, content]) => ({
    path,
    sha256: createHash('sha256').update(content).digest('hex'),
  }));
  const { privateKey, publicKey } = keyPair(curve);
  writeFileSync(join(folder, 'key.pub'), publicKey);
  writeFileSync(
    join(folder, 'model.sig'),
    signStatement(modelStatement('model', files), readSigningKey(privateKey, null)),
  );
  const verify = (): Buffer =>
    execFileSync(tool, ['verify', 'key', 'model', '--signature', 'model.sig', '--public_key', 'key.pub'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  expect(verify().toString()).toContain('Verification succeeded');
  writeFileSync(join(folder, 'model/model.sig'), 'an older signature');
  expect(verify().toString()).toContain('Verification succeeded');
  writeFileSync(join(folder, 'model/config/größe.json'), '{ }');
  expect(verify).toThrow();
});
