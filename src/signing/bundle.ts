import { SigningProblem } from './problem.ts';

/** How a bundle says who signed. */
export type Material =
  /** `fingerprint`: sha256 in hex of the PEM of the key; null in bundles before version 1.1. */
  | { readonly method: 'key'; readonly fingerprint: string | null }
  /** DER, the signer's first. */
  | { readonly method: 'certificate'; readonly chain: readonly Buffer[] }
  | { readonly method: 'sigstore' };

/** A Sigstore bundle with a DSSE envelope, of which nothing is verified yet. */
export interface SignedBundle {
  readonly material: Material;
  readonly payloadType: string;
  readonly payload: Buffer;
  readonly signature: Buffer;
  /** The document itself, for the Sigstore library. */
  readonly document: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

const mediaTypes = /^application\/vnd\.dev\.sigstore\.bundle(\.v0\.3\+json|\+json;version=0\.[123])$/;

/**
 * Reads a bundle as OpenSSF Model Signing v1.0 (section 4) wants it. Throws SigningProblem.
 * @param text JSON
 */
export function parseBundle(text: string): SignedBundle {
  const document = fields(parseJson(text), 'the bundle');
  if (typeof document['mediaType'] !== 'string' || !mediaTypes.test(document['mediaType'])) {
    throw new SigningProblem('its mediaType is not that of a Sigstore bundle of version 0.1 to 0.3');
  }
  const material = materialOf(fields(document['verificationMaterial'], 'verificationMaterial'));
  const envelope = fields(document['dsseEnvelope'], 'dsseEnvelope');
  const { signatures, payloadType } = envelope;
  if (typeof payloadType !== 'string') throw new SigningProblem('its envelope has no payloadType');
  // Two signatures would leave open which of them counts.
  if (!Array.isArray(signatures) || signatures.length !== 1) {
    throw new SigningProblem('its envelope does not have exactly one signature');
  }
  const { sig, keyid } = fields(signatures[0], 'the signature');
  if (keyid !== undefined && keyid !== null && typeof keyid !== 'string') {
    throw new SigningProblem('the keyid of its signature is not text');
  }
  return {
    material,
    payloadType,
    payload: base64(envelope['payload'], 'payload'),
    signature: base64(sig, 'sig'),
    document,
  };
}

function materialOf(material: Fields): Material {
  const { publicKey, x509CertificateChain, certificate, tlogEntries } = material;
  const present = [publicKey, x509CertificateChain, certificate].filter((each) => each !== undefined && each !== null);
  if (present.length !== 1)
    throw new SigningProblem('its verificationMaterial is not one of key, certificate chain and certificate');
  if (publicKey !== undefined && publicKey !== null) {
    const { hint, rawBytes } = fields(publicKey, 'publicKey');
    if (typeof hint !== 'string' && typeof rawBytes !== 'string') throw new SigningProblem('its publicKey has no hint');
    return { method: 'key', fingerprint: typeof hint === 'string' && hint !== '' ? hint : null };
  }
  if (x509CertificateChain !== undefined && x509CertificateChain !== null) {
    const { certificates } = fields(x509CertificateChain, 'x509CertificateChain');
    if (!Array.isArray(certificates) || certificates.length === 0 || certificates.length > 16) {
      throw new SigningProblem('its certificate chain does not have 1 to 16 certificates');
    }
    return {
      method: 'certificate',
      chain: certificates.map((each) => base64(fields(each, 'certificate')['rawBytes'], 'rawBytes')),
    };
  }
  base64(fields(certificate, 'certificate')['rawBytes'], 'rawBytes');
  if (!Array.isArray(tlogEntries) || tlogEntries.length === 0) {
    throw new SigningProblem('it has no entry of a transparency log, which a Sigstore certificate needs');
  }
  return { method: 'sigstore' };
}

/** JSON as a value; throws SigningProblem. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new SigningProblem('it is not JSON');
  }
}

/** An object; throws SigningProblem. */
export function fields(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SigningProblem(`${what} is missing or is not an object`);
  }
  return value as Fields;
}

function base64(value: unknown, what: string): Buffer {
  if (typeof value !== 'string' || value === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(value) || value.length % 4 !== 0) {
    throw new SigningProblem(`${what} is not base64`);
  }
  return Buffer.from(value, 'base64');
}
