import { X509Certificate, type KeyObject } from 'node:crypto';
import { SigningProblem } from './problem.ts';

/** Extended key usage: signing of code (RFC 5280). */
const codeSigning = '1.3.6.1.5.5.7.3.3';
const anyUsage = '2.5.29.37.0';

/** PEM text with one or more certificates; throws SigningProblem when it has none. */
export function readCertificates(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new SigningProblem('a file of trusted certificates has none');
  return blocks.map((block) => parse(Buffer.from(block)));
}

/**
 * The public key of a signer whose certificates lead to one that is trusted. Every certificate must be valid now, signed by the next, and all
 * but the first those of an authority; the first must allow the signing of code, when it says what it is for. Revocation is not asked
 * for. Throws SigningProblem.
 * @param chain DER, the signer's first; the order of the others does not count
 * @param trusted certificates that the configuration names
 * @param identity a common name or alternative name that the signer must have; null: any signer of a trusted authority
 */
export function keyOfChain(
  chain: readonly Buffer[],
  trusted: readonly X509Certificate[],
  identity: string | null,
  now: Date,
): KeyObject {
  const [leaf, ...others] = chain.map(parse);
  if (leaf === undefined) throw new SigningProblem('it has no certificate');
  checkValid(leaf, now);
  const usages = leaf.keyUsage as readonly string[] | undefined;
  if (usages !== undefined && usages.length > 0 && !usages.includes(codeSigning) && !usages.includes(anyUsage)) {
    throw new SigningProblem('the certificate of its signer is not for signing code');
  }
  if (!leadsToTrust(leaf, others, trusted, now)) {
    throw new SigningProblem('the certificates of its signer do not lead to one that is trusted');
  }
  if (identity !== null && !namesOf(leaf).includes(identity)) {
    throw new SigningProblem(`its signer is ${namesOf(leaf).join(', ') || 'nameless'}, not ${identity}`);
  }
  return leaf.publicKey;
}

function leadsToTrust(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
  now: Date,
): boolean {
  if (trusted.some(({ fingerprint256 }) => fingerprint256 === leaf.fingerprint256)) return true;
  const seen = new Set<string>([leaf.fingerprint256]);
  let current = leaf;
  for (let depth = 0; depth < 16; depth++) {
    const root = trusted.find((candidate) => isIssuer(candidate, current, now));
    if (root !== undefined) return true;
    const next = others.find((candidate) => !seen.has(candidate.fingerprint256) && isIssuer(candidate, current, now));
    if (next === undefined) return false;
    seen.add(next.fingerprint256);
    current = next;
  }
  return false;
}

function isIssuer(candidate: X509Certificate, of: X509Certificate, now: Date): boolean {
  return candidate.ca && isValid(candidate, now) && of.checkIssued(candidate) && of.verify(candidate.publicKey);
}

function namesOf({ subject, subjectAltName }: X509Certificate): string[] {
  const common = subject
    .split('\n')
    .filter((line) => line.startsWith('CN='))
    .map((line) => line.slice(3));
  const others = (subjectAltName ?? '')
    .split(', ')
    .filter((name) => name !== '')
    .map((name) => name.replace(/^[A-Za-z ]+:/, ''));
  return [...common, ...others];
}

function isValid({ validFromDate, validToDate }: X509Certificate, now: Date): boolean {
  return validFromDate <= now && now <= validToDate;
}

function checkValid(certificate: X509Certificate, now: Date): void {
  if (isValid(certificate, now)) return;
  throw new SigningProblem(
    `the certificate of its signer is valid from ${certificate.validFrom} to ${certificate.validTo} only`,
  );
}

function parse(bytes: Buffer): X509Certificate {
  try {
    return new X509Certificate(bytes);
  } catch {
    throw new SigningProblem('a certificate cannot be read');
  }
}
