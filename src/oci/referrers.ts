import { setTimeout as pause } from 'node:timers/promises';

import { MlDeployError } from '../errors.ts';
import { memoryBlob } from './blob.ts';
import { digestOf, mediaTypes, type Descriptor, type ImageIndex, type Manifest } from './manifest.ts';
import { parseList } from './parse.ts';
import type { RegistryClient, StoredManifest } from './registry.ts';

/** A document that is attached to an image. */
export interface Attachment {
  /** What it is, for those who look for it. */
  readonly artifactType: string;
  readonly mediaType: string;
  readonly content: Uint8Array;
  /** Name of the file when it is pulled. */
  readonly title: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /**
   * Whether the content of one with the same type and annotations, which is attached already, is as good: some documents say when and where,
   * which differs each time. What it throws means no. Without it only the same bytes are.
   */
  readonly asGood?: (content: Buffer) => boolean | Promise<boolean>;
}

/** The config of an artifact that needs none. */
const empty = Buffer.from('{}');
/** How often a list is written when others write it too. */
const attempts = 8;
/** How many that are attached already are looked at, the last ones: anybody who may push can attach. */
const maxLookedAt = 16;
/** A document that is larger is none of ours. Bytes. */
const maxDocument = 64 * 1024 * 1024;

/**
 * Attaches documents to a manifest that is in the repository (OCI distribution 1.1, "Referrers"). Registries that do not list referrers get
 * the list as an index under the tag `sha256-<hex>`: it is written once for all documents, on the condition that nobody else wrote it
 * meanwhile, and read back. What is attached already is not attached again.
 * @param client of the repository
 * @param subject the manifest, by digest
 * @param attachments the documents
 * @param signal stops the pauses between attempts
 * @returns the descriptors of the manifests of the documents, in the same order
 * @throws MlDeployError `registry/referrers-contended`, `registry/*`
 */
export async function attach(
  client: RegistryClient,
  subject: Descriptor,
  attachments: readonly Attachment[],
  signal: AbortSignal,
): Promise<Descriptor[]> {
  const { mediaType, digest, size } = subject;
  const attached: Descriptor[] = [];
  const unlisted: Descriptor[] = [];
  const before = await listReferrers(client, digest);
  for (const attachment of attachments) {
    const known = await findKnown(client, before, attachment, { mediaType, digest, size });
    if (known !== undefined) {
      attached.push(known);
      continue;
    }
    await client.pushBlob(memoryBlob(empty, digestOf(empty)));
    await client.pushBlob(memoryBlob(attachment.content, digestOf(attachment.content)));
    const manifest = manifestOf(attachment, { mediaType, digest, size });
    const content = Buffer.from(JSON.stringify(manifest));
    const published = await client.putReferrer(content);
    const descriptor: Descriptor = {
      mediaType: mediaTypes.manifest,
      digest: published.digest,
      size: content.length,
      artifactType: attachment.artifactType,
      ...(manifest.annotations === undefined ? {} : { annotations: manifest.annotations }),
    };
    attached.push(descriptor);
    if (!published.subjectListed) unlisted.push(descriptor);
  }
  if (unlisted.length > 0) await addToTag(client, fallbackTag(digest), unlisted, signal);
  return attached;
}

/**
 * Lists what is attached to a manifest.
 * @param client of the repository
 * @param digest of the manifest
 * @returns descriptors of manifests, none twice
 */
export async function listReferrers(client: RegistryClient, digest: string): Promise<Descriptor[]> {
  const found = new Map<string, Descriptor>();
  let page = await client.getReferrers(`referrers/${digest}`);
  if (page === null) {
    const stored = await client.getManifest(fallbackTag(digest));
    page = { index: stored === null ? emptyIndex : indexOf(stored), next: null };
  }
  for (const seen = new Set<string>(); page !== null;) {
    for (const descriptor of page.index.manifests) found.set(descriptor.digest, descriptor);
    // A registry that leads in a circle has no more to give.
    if (page.next === null || seen.has(page.next)) break;
    seen.add(page.next);
    page = await client.getReferrers(page.next);
  }
  return [...found.values()];
}

/** The tag under which a registry without the referrers API has the list: at most 32 and 64 characters of the digest. */
function fallbackTag(digest: string): string {
  const [algorithm = '', hex = ''] = digest.split(':');
  return `${algorithm.slice(0, 32)}-${hex.slice(0, 64)}`;
}

function manifestOf(
  { artifactType, mediaType, content, title, annotations }: Attachment,
  subject: Descriptor,
): Manifest {
  return {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType,
    config: { mediaType: mediaTypes.empty, digest: digestOf(empty), size: empty.length },
    layers: [
      {
        mediaType,
        digest: digestOf(content),
        size: content.length,
        annotations: { 'org.opencontainers.image.title': title },
      },
    ],
    subject,
    ...(annotations === undefined ? {} : { annotations }),
  };
}

async function findKnown(
  client: RegistryClient,
  before: readonly Descriptor[],
  attachment: Attachment,
  subject: Descriptor,
): Promise<Descriptor | undefined> {
  const { artifactType, annotations = {}, asGood } = attachment;
  const own = digestOf(JSON.stringify(manifestOf(attachment, subject)));
  const same = before.find(({ digest }) => digest === own);
  if (same !== undefined || asGood === undefined) return same;
  const pairs = Object.entries(annotations);
  const similar = before.filter((known) => {
    return known.artifactType === artifactType && pairs.every(([key, value]) => known.annotations?.[key] === value);
  });
  for (const known of similar.slice(-maxLookedAt)) {
    const content = await contentOf(client, known, subject);
    if (content !== null && (await accepts(asGood, content))) return known;
  }
  return undefined;
}

async function accepts(asGood: NonNullable<Attachment['asGood']>, content: Buffer): Promise<boolean> {
  try {
    return await asGood(content);
  } catch {
    return false; // broken, or not what it says it is
  }
}

/** The document of a manifest about the subject; null when it has none that can be read. */
async function contentOf(client: RegistryClient, { digest }: Descriptor, subject: Descriptor): Promise<Buffer | null> {
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) return null;
  try {
    const stored = await client.getManifest(digest);
    if (stored === null) return null;
    const manifest = JSON.parse(stored.content.toString('utf8')) as Manifest;
    const [layer] = manifest.layers;
    if (layer === undefined || manifest.subject?.digest !== subject.digest) return null;
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of client.blob(layer).read(0)) {
      bytes += piece.length;
      if (bytes > maxDocument) return null;
      pieces.push(piece);
    }
    const content = Buffer.concat(pieces);
    return digestOf(content) === layer.digest ? content : null;
  } catch (error) {
    if (error instanceof MlDeployError && error.kind === 'interrupted') throw error;
    return null;
  }
}

const emptyIndex: ImageIndex = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] };

/** Adds descriptors to the list under a tag, until they are seen there. */
async function addToTag(
  client: RegistryClient,
  tag: string,
  added: readonly Descriptor[],
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const stored = await client.getManifest(tag);
    const index = stored === null ? emptyIndex : indexOf(stored);
    const missing = added.filter(({ digest }) => !index.manifests.some((present) => present.digest === digest));
    if (missing.length === 0) return;
    const merged: ImageIndex = { ...index, manifests: [...index.manifests, ...missing] };
    const moved = await client.moveTag(tag, Buffer.from(JSON.stringify(merged)), stored);
    // The next round reads back what was written; after a refusal, others come first.
    if (!moved) await pause(40 * attempt * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
  }
  const left = await client.getManifest(tag);
  const present = left === null ? emptyIndex : indexOf(left);
  if (added.every(({ digest }) => present.manifests.some((each) => each.digest === digest))) return;
  throw new MlDeployError({
    code: 'registry/referrers-contended',
    kind: 'infrastructure',
    message: `the list of attached documents under the tag ${tag} was written by others ${attempts} times in a row`,
    hint: 'Build again when no other build attaches documents to the same image.',
  });
}

/** What stands under the tag; anything but an index is replaced. */
function indexOf({ content }: StoredManifest): ImageIndex {
  try {
    return { ...emptyIndex, ...parseList(content, 'the list of what is attached') };
  } catch {
    return emptyIndex;
  }
}
