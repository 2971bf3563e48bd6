import { createPublicKey } from 'node:crypto';

import { digestOf } from '../../oci/manifest.ts';
import type { Attachment } from '../../oci/referrers.ts';
import { parseBundle } from '../../signing/bundle.ts';
import { signStatement, type SigningKey } from '../../signing/sign.ts';
import { bundleType, inToto, verifyBundle } from '../../signing/verify.ts';

/** A document before it is attached. */
export interface Document {
  readonly title: string;
  readonly attachment: Attachment;
  readonly signed: boolean;
}

/** What is said about something, in the form of in-toto. */
export interface Statement {
  readonly _type: string;
  readonly subject: readonly object[];
  readonly predicateType: string;
  readonly predicate: object;
}

/** A statement, signed or not. */
export interface Signable {
  /** Of its file, without extension. */
  readonly name: string;
  readonly statement: object;
  /** The part of the predicate that does not differ at each build; null when any earlier statement about the same subject is as good. */
  readonly lasting: ((predicate: object) => object) | null;
}

/**
 * A statement that nobody signs.
 * @param signable the statement
 * @returns the document
 */
export function plain(signable: Signable): Document {
  const title = `${signable.name}.json`;
  const content = Buffer.from(`${JSON.stringify(signable.statement, null, 2)}\n`);
  const { predicateType } = signable.statement as Statement;
  const annotations = { 'in-toto.io/predicate-type': predicateType, ...contentOf(signable) };
  const asGood = (earlier: Buffer): boolean => says(earlier, signable);
  const attachment = { artifactType: inToto, mediaType: inToto, content, title, annotations, asGood };
  return { title, attachment, signed: false };
}

/**
 * A signed statement, with annotations as cosign writes them. An earlier one is as good when this key signed it and it says the same.
 * @param signable the statement
 * @param signer whose key signs
 * @returns the document
 */
export function signed(signable: Signable, signer: SigningKey): Document {
  const { name, statement } = signable;
  const title = name.endsWith('.sig') ? name : `${name}.sigstore.json`;
  const annotations = {
    'dev.sigstore.bundle.content': 'dsse-envelope',
    'dev.sigstore.bundle.predicateType': (statement as Statement).predicateType,
    'dev.ml-deploy.key': signer.fingerprint,
    ...contentOf(signable),
  };
  const key = createPublicKey(signer.key).export({ type: 'spki', format: 'pem' }).toString();
  // Annotations are what anybody who may push wants them to be.
  const asGood = async (earlier: Buffer): Promise<boolean> => {
    const bundle = parseBundle(earlier.toString('utf8'));
    await verifyBundle(bundle, { method: 'key', key }, new Date());
    return says(bundle.payload, signable);
  };
  const content = Buffer.from(signStatement(statement, signer));
  const attachment = { artifactType: bundleType, mediaType: bundleType, content, title, annotations, asGood };
  return { title, attachment, signed: true };
}

function contentOf({ statement, lasting }: Signable): Record<string, string> {
  if (lasting === null) return {};
  return { 'dev.ml-deploy.content': digestOf(JSON.stringify(lasting((statement as Statement).predicate))) };
}

/** Whether an earlier statement is about the same subject and says the same, as far as that lasts. */
function says(earlier: Buffer, { statement, lasting }: Signable): boolean {
  const heads = [JSON.parse(earlier.toString('utf8')) as Statement, statement as Statement].map(
    ({ _type, subject, predicateType, predicate }) =>
      JSON.stringify([_type, subject, predicateType, lasting === null ? null : lasting(predicate)]),
  );
  return heads[0] === heads[1];
}
