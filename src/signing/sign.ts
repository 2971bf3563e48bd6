import { createHash, createPrivateKey, createPublicKey, sign as signRaw, type KeyObject } from 'node:crypto';
import { neverSigned } from './manifest.ts';
import { SigningProblem } from './problem.ts';
import { bundleType, fingerprintOf, hashOfKey, inToto, preAuthentication } from './verify.ts';

/** A private key that can sign, and the name that verifiers know it by. */
export interface SigningKey {
  readonly key: KeyObject;
  /** sha256 in hex of the PEM of the public key. */
  readonly fingerprint: string;
}

/**
 * Reads a private key: PEM, PKCS #8 or SEC 1, of the curves P-256, P-384 and P-521.
 * @param pem its text
 * @param password of an encrypted key; null: it is not encrypted
 * @throws SigningProblem
 */
export function readSigningKey(pem: string, password: string | null): SigningKey {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, format: 'pem', ...(password === null ? {} : { passphrase: password }) });
  } catch (cause) {
    const encrypted = /ENCRYPTED/.test(pem);
    const reason = encrypted
      ? password === null
        ? 'it is encrypted'
        : 'the password does not open it'
      : 'it is no PEM';
    throw new SigningProblem(`the private key cannot be read: ${reason}`, { cause });
  }
  hashOfKey(key);
  return { key, fingerprint: fingerprintOf(createPublicKey(key)) };
}

/**
 * Signs an in-toto statement: a Sigstore bundle of version 0.3 with a DSSE envelope.
 * @param statement as JSON
 * @param signer whose key signs
 * @returns the bundle as JSON text; another one each time, since ECDSA takes a random number
 */
export function signStatement(statement: object, signer: SigningKey): string {
  const { key, fingerprint } = signer;
  const payload = Buffer.from(JSON.stringify(statement));
  const signature = signRaw(hashOfKey(key), preAuthentication(inToto, payload), key);
  return JSON.stringify({
    mediaType: bundleType,
    verificationMaterial: { publicKey: { hint: fingerprint }, tlogEntries: [] },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType: inToto,
      signatures: [{ sig: signature.toString('base64'), keyid: '' }],
    },
  });
}

/**
 * The statement of OpenSSF Model Signing v1.0 (sections 5 and 6) about the files of a model, each hashed as a whole with sha256.
 * @param name of the model
 * @param files paths relative to the model root, and digests in hex
 */
export function modelStatement(
  name: string,
  files: readonly { readonly path: string; readonly sha256: string }[],
): object {
  const resources = files
    .filter(({ path }) => !leftOut.some((root) => path === root || path.startsWith(`${root}/`)))
    .toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    .map(({ path, sha256 }) => ({ name: path, algorithm: 'sha256', digest: sha256 }));
  if (resources.length === 0) throw new SigningProblem('the model has no file that could be signed');
  const root = createHash('sha256');
  for (const { digest } of resources) root.update(Buffer.from(digest, 'hex'));
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name, digest: { sha256: root.digest('hex') } }],
    predicateType: modelSignature,
    predicate: {
      serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: leftOut },
      resources,
    },
  };
}

/** A signature that lies in the model, at its usual place, cannot sign itself. */
const leftOut = [...neverSigned, 'model.sig'];

/** Predicate type of a model's signature. */
export const modelSignature = 'https://model_signing/signature/v1.0';
