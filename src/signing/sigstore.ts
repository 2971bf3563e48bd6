import type { SignedBundle } from './bundle.ts';
import { SigningProblem } from './problem.ts';
import type { Trust } from './verify.ts';

/**
 * Verifies a bundle of the Sigstore method: certificate, transparency log and signature, against a trust root that the project has, so
 * without the network. The library is loaded only here. Throws SigningProblem.
 */
export async function verifySigstore(
  { document }: SignedBundle,
  { identity, issuer, trustRoot }: Extract<Trust, { method: 'sigstore' }>,
): Promise<void> {
  const [{ bundleFromJSON }, { toSignedEntity, toTrustMaterial, Verifier }, { TrustedRoot }] = await Promise.all([
    import('@sigstore/bundle'),
    import('@sigstore/verify'),
    import('@sigstore/protobuf-specs'),
  ]);
  try {
    const material = toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(trustRoot)));
    const policy = { subjectAlternativeName: exactly(identity), extensions: { issuer } };
    new Verifier(material, { tlogThreshold: 1, ctlogThreshold: 1 }).verify(
      toSignedEntity(bundleFromJSON(document)),
      policy,
    );
  } catch (error) {
    throw new SigningProblem(`Sigstore refuses it: ${(error as Error).message.split('\n')[0] ?? ''}`, { cause: error });
  }
}

/** A name is no pattern. */
function exactly(name: string): RegExp {
  return new RegExp(`^${name.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')}$`);
}
