import { createHash, createPublicKey, verify as verifyRaw, type KeyObject } from 'node:crypto';
import type { SignedBundle } from './bundle.ts';
import { keyOfChain, readCertificates } from './certificates.ts';
import { SigningProblem } from './problem.ts';

/** Whose signature counts. */
export type Trust =
  | { readonly method: 'key'; /** PEM. */ readonly key: string }
  | {
      readonly method: 'certificate';
      /** PEM. */ readonly certificates: readonly string[];
      readonly identity: string | null;
    }
  | {
      readonly method: 'sigstore';
      /** Subject alternative name of the signer's certificate: an address or the URL of a workflow. */
      readonly identity: string;
      /** Who vouches for it: the URL of the OpenID Connect provider. */
      readonly issuer: string;
      /** JSON, as TUF distributes it: `trusted_root.json`. */
      readonly trustRoot: string;
    };

/** Type of a signed payload that is an in-toto statement. */
export const inToto = 'application/vnd.in-toto+json';

/** Media type of the bundles that are written: Sigstore, version 0.3. */
export const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/**
 * Verifies who signed a bundle (OpenSSF Model Signing v1.0, section 8.2), offline. Throws SigningProblem.
 * @returns who signed, in words
 */
export async function verifyBundle(bundle: SignedBundle, trust: Trust, now: Date): Promise<string> {
  if (bundle.payloadType !== inToto) throw new SigningProblem(`it signs ${bundle.payloadType}, not ${inToto}`);
  const { material } = bundle;
  if (material.method !== trust.method) {
    throw new SigningProblem(`it is signed with a ${material.method}, and a ${trust.method} is required`);
  }
  if (trust.method === 'key' && material.method === 'key') {
    const key = readKey(trust.key);
    const fingerprint = fingerprintOf(key);
    if (material.fingerprint !== null && material.fingerprint !== fingerprint) {
      throw new SigningProblem(`it is signed with the key ${material.fingerprint}, and ${fingerprint} is required`);
    }
    verifyEnvelope(bundle, key);
    return `the key ${fingerprint.slice(0, 16)}`;
  }
  if (trust.method === 'certificate' && material.method === 'certificate') {
    const trusted = trust.certificates.flatMap(readCertificates);
    verifyEnvelope(bundle, keyOfChain(material.chain, trusted, trust.identity, now));
    return trust.identity ?? 'a certificate of a trusted authority';
  }
  if (trust.method === 'sigstore') {
    const { verifySigstore } = await import('./sigstore.ts');
    await verifySigstore(bundle, trust);
    return `${trust.identity} (${trust.issuer})`;
  }
  throw new SigningProblem('it is signed in another way');
}

/** The bytes that DSSE signs: its pre-authentication encoding, version 1. */
export function preAuthentication(payloadType: string, payload: Buffer): Buffer {
  const type = Buffer.from(payloadType);
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `), payload]);
}

/** sha256 of the key as PEM, in hex: what a bundle calls its hint. */
export function fingerprintOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'pem' }))
    .digest('hex');
}

/** Curves, each with the hash that belongs to it. */
const hashes: Readonly<Record<string, string>> = { prime256v1: 'sha256', secp384r1: 'sha384', secp521r1: 'sha512' };

/** The hash that belongs to a key, public or private. Throws SigningProblem for curves and kinds that have none. */
export function hashOfKey(key: KeyObject): string {
  const hash = hashes[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (key.asymmetricKeyType === 'ec' && hash !== undefined) return hash;
  throw new SigningProblem('the key is not one of the curves P-256, P-384 and P-521');
}

function verifyEnvelope({ payloadType, payload, signature }: SignedBundle, key: KeyObject): void {
  if (!verifyRaw(hashOfKey(key), preAuthentication(payloadType, payload), key, signature)) {
    throw new SigningProblem('the signature does not belong to its content and this key');
  }
}

function readKey(pem: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch {
    throw new SigningProblem('the public key of the configuration cannot be read');
  }
}
