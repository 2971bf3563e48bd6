import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import { describe, expect, it } from 'vitest';

import { parseBundle } from '../../src/signing/bundle.ts';
import { compareFiles, type PresentFile } from '../../src/signing/manifest.ts';
import { modelStatement, readSigningKey, signStatement } from '../../src/signing/sign.ts';
import { parseStatement } from '../../src/signing/statement.ts';
import { verifyBundle } from '../../src/signing/verify.ts';
import { keyPair } from './keys.ts';

/** A model of two files, and two that no signature covers. */
function model(): { root: string; files: PresentFile[] } {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-signed-'));
  mkdirSync(join(root, 'config'));
  mkdirSync(join(root, '.git'));
  writeFileSync(join(root, 'weights.bin'), 'weights');
  writeFileSync(join(root, 'config', 'größe.json'), '{}');
  writeFileSync(join(root, '.git', 'HEAD'), 'ref');
  writeFileSync(join(root, 'model.sig'), 'an older signature');
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const files = paths.map((file) => {
    const content = readFileSync(file);
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { path: file.slice(root.length + 1), file, bytes: content.length, sha256, isLink: false };
  });
  return { root, files };
}

describe('a model that we sign', () => {
  it.each(['P-256', 'P-384', 'P-521'])('is verified with the public key of %s', async (curve) => {
    const { files } = model();
    const { privateKey, publicKey } = keyPair(curve);
    const bundle = parseBundle(signStatement(modelStatement('fraud', files), readSigningKey(privateKey, null)));
    expect(await verifyBundle(bundle, { method: 'key', key: publicKey }, new Date())).toMatch(/^the key [0-9a-f]{16}$/);
    const statement = parseStatement(bundle.payload);
    expect(statement.resources.map(({ name }) => name)).toEqual(['config/größe.json', 'weights.bin']);
    const { signal } = new AbortController();
    const here = await compareFiles(statement, files, 'model.sig', signal);
    expect(here).toMatchObject({ mismatches: [], uncovered: [] });
    const elsewhere = await compareFiles(statement, files, null, signal);
    expect(elsewhere).toMatchObject({ mismatches: [], uncovered: ['model.sig'] });
    const changed = files.map((file) => (file.path === 'weights.bin' ? { ...file, sha256: '0'.repeat(64) } : file));
    expect((await compareFiles(statement, changed, null, signal)).mismatches).toHaveLength(1);
  });

  it("is a bundle that Sigstore's own library verifies", () => {
    const { privateKey, publicKey } = keyPair('P-256');
    const signer = readSigningKey(privateKey, null);
    const bundle = bundleFromJSON(JSON.parse(signStatement(modelStatement('fraud', model().files), signer)));
    const nobody = TrustedRoot.fromJSON({ mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1' });
    const trust = (pem: string): Verifier => {
      const key = { publicKey: createPublicKey(pem), validFor: () => true };
      const thresholds = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };
      return new Verifier(
        toTrustMaterial(nobody, () => key),
        thresholds,
      );
    };
    trust(publicKey).verify(toSignedEntity(bundle));
    const other = trust(keyPair('P-256').publicKey);
    expect(() => other.verify(toSignedEntity(bundle))).toThrow('signature');
  });

  it('is refused with another key', async () => {
    const text = signStatement(
      modelStatement('fraud', model().files),
      readSigningKey(keyPair('P-256').privateKey, null),
    );
    const trust = { method: 'key', key: keyPair('P-256').publicKey } as const;
    await expect(verifyBundle(parseBundle(text), trust, new Date())).rejects.toThrow('is required');
  });
});

describe('a private key', () => {
  it('may be encrypted', () => {
    const { privateKey } = keyPair('P-256', 'correct');
    expect(readSigningKey(privateKey, 'correct').fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(() => readSigningKey(privateKey, null)).toThrow('it is encrypted');
    expect(() => readSigningKey(privateKey, 'wrong')).toThrow('the password does not open it');
  });

  it('is an elliptic one of the right curves', () => {
    const rsa = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    expect(() => readSigningKey(rsa.privateKey, null)).toThrow('P-256, P-384 and P-521');
    expect(() => readSigningKey(keyPair('secp256k1').privateKey, null)).toThrow('P-256, P-384 and P-521');
    expect(() => readSigningKey('hello', null)).toThrow('it is no PEM');
    expect(() => readSigningKey(rsa.publicKey, null)).toThrow('it is no PEM');
  });
});
