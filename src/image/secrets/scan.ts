import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { MlDeployError } from '../../errors.ts';
import type { ImageConfig } from '../../config/config.ts';
import type { Blob } from '../../oci/blob.ts';
import type { Descriptor } from '../../oci/manifest.ts';
import { LayerProblem, readLayer, type LayerItem } from '../../oci/read-layer.ts';
import type { Sink } from '../../oci/tar-reader.ts';
import type { StageContext } from '../../pipeline/stage.ts';
import { plural } from '../../plural.ts';
import { printable } from '../../printable.ts';
import { replaceFile } from '../../replace-file.ts';
import { needlesOf, shortest, type Needle } from './needles.ts';
import { NeedleSearch } from './search.ts';
import { interrupted } from '../interrupted.ts';

/** A layer that is looked into. */
export interface ScannedLayer {
  readonly descriptor: Pick<Descriptor, 'digest' | 'mediaType'>;
  /** For people: `/opt/venv`. */
  readonly title: string;
  readonly blob: () => Blob;
}

/** A secret and where it was found. */
interface Leak {
  readonly needle: Needle;
  /** Never contains the value. */
  readonly where: string;
}

/** A secret file that is larger holds no password. Bytes. */
const maxSecret = 1024 * 1024;
const shownLeaks = 5;

/**
 * Proves that no secret of `image.secrets`, nor the signing key of `image.sign` and its password, is in an image before it is published: neither in the layers that the build made (base layers
 * and model files were there before any step saw a secret) nor in the config with its history, as it is, URL-encoded or in base64. A
 * layer that was looked through with the same secret files is not looked through again.
 * @param context of the stage
 * @param layers that the build made
 * @param documents manifest and config of the image
 * @throws MlDeployError `build/secret-leaked`, which names places and never a value
 */
export async function refuseLeakedSecrets(
  context: StageContext,
  layers: readonly ScannedLayer[],
  documents: readonly Uint8Array[],
): Promise<void> {
  const { config, access, reporter, signal } = context;
  const secrets = secretFiles(config.image);
  if (secrets.length === 0) return;
  const needles = await readNeedles(context);
  if (needles.length === 0) return;
  const task = reporter.task('look for secrets in the image');
  try {
    const leaks: Leak[] = [];
    for (const document of documents) {
      const needle = new NeedleSearch(needles).next(document);
      if (needle !== null) leaks.push({ needle, where: 'the configuration or history of the image' });
    }
    const known = await openKnown(context);
    for (const layer of layers) {
      if (known.has(layer.descriptor.digest)) continue;
      const found = await scanLayer(layer, needles, signal);
      if (found.length === 0) known.add(layer.descriptor.digest);
      leaks.push(...found);
    }
    await writeKnown(access.root, known);
    if (leaks.length > 0) throw leaked(leaks);
    task.done(`none of ${plural(secrets.length, 'secret')} in ${plural(layers.length, 'layer')}`);
  } catch (error) {
    task.fail();
    throw error;
  }
}

interface SecretFile {
  /** As it is told to people. */
  readonly id: string;
  readonly file: string;
}

/** What a step of the build can get, and what `COPY . .` can bring along. */
function secretFiles({ secrets, sign }: ImageConfig): SecretFile[] {
  if (sign === null) return [...secrets];
  const password = sign.password === null ? [] : [{ id: 'image.sign.password', file: sign.password }];
  return [...secrets, { id: 'image.sign.key', file: sign.key }, ...password];
}

async function readNeedles({ config, access, reporter }: StageContext): Promise<Needle[]> {
  const needles: Needle[] = [];
  for (const { id, file } of secretFiles(config.image)) {
    const path = resolve(access.root, file);
    const { size } = await stat(path);
    const text = size > maxSecret ? '' : await readFile(path, 'utf8');
    const { needles: found, tooShort } = needlesOf(id, text);
    const isPublic = text.includes('BEGIN CERTIFICATE') || text.trim() === '';
    if (found.length === 0 && (size > maxSecret || !isPublic)) {
      reporter.note(
        'warning',
        `the secret ${id} has no value that can be looked for in the image: too short, or too large`,
      );
    }
    if (found.length > 0 && tooShort > 0) {
      reporter.note(
        'warning',
        `the secret ${id} has ${plural(tooShort, 'password or token', 'passwords or tokens')} of less than ${shortest} bytes, which cannot be looked for in the image`,
      );
    }
    needles.push(...found);
  }
  return needles;
}

async function scanLayer(layer: ScannedLayer, needles: readonly Needle[], signal: AbortSignal): Promise<Leak[]> {
  const leaks: Leak[] = [];
  const inLayer = `the layer ${layer.descriptor.digest.slice(0, 19)} (${printable(layer.title)})`;
  const open = (item: LayerItem): Sink | null => {
    if (signal.aborted) throw interrupted();
    const named = new NeedleSearch(needles).next(Buffer.from(`${item.path}\n${item.target}`));
    if (named !== null) leaks.push({ needle: named, where: `the name of a file in ${inLayer}` });
    const search = new NeedleSearch(needles);
    let found = false;
    const write = (chunk: Buffer): Promise<void> => {
      const needle = found ? null : search.next(chunk);
      if (needle !== null) {
        found = true;
        const place = named === null ? `/${printable(item.path)}` : 'that file';
        leaks.push({ needle, where: `${place} in ${inLayer}` });
      }
      return Promise.resolve();
    };
    return item.kind === 'file' ? { write, end: () => Promise.resolve() } : null;
  };
  try {
    await readLayer(layer.descriptor, layer.blob().read(0), open);
  } catch (error) {
    if (!(error instanceof LayerProblem)) throw error;
    throw new MlDeployError({
      code: 'build/bad-layout',
      kind: 'infrastructure',
      message: `${inLayer} cannot be read: ${error.message}`,
      hint: 'Build again; if it stays, look at what the builder writes.',
      cause: error,
    });
  }
  return leaks;
}

/** Layers in which these secret files were not found, by the state of the files: their content leaves no trace. */
interface Known {
  readonly files: string;
  has(digest: string): boolean;
  add(digest: string): unknown;
  readonly digests: ReadonlySet<string>;
}

const knownPath = (root: string): string => join(root, '.mldeploy', 'cache', 'without-secrets.json');

async function openKnown({ config, access }: StageContext): Promise<Known> {
  const states = secretFiles(config.image).map(async ({ id, file }) => {
    const { size, mtimeNs, ctimeNs, ino } = await stat(resolve(access.root, file), { bigint: true });
    return [id, file, String(size), String(mtimeNs), String(ctimeNs), String(ino)];
  });
  const files = createHash('sha256')
    .update(JSON.stringify(await Promise.all(states)))
    .digest('hex');
  let digests = new Set<string>();
  try {
    const kept = JSON.parse(await readFile(knownPath(access.root), 'utf8')) as { files: string; digests: string[] };
    if (kept.files === files) digests = new Set(kept.digests);
  } catch {
    // Nothing was looked through before.
  }
  return { files, digests, has: (digest) => digests.has(digest), add: (digest) => digests.add(digest) };
}

async function writeKnown(root: string, { files, digests }: Known): Promise<void> {
  await replaceFile(knownPath(root), JSON.stringify({ files, digests: [...digests] }));
}

function leaked(leaks: readonly Leak[]): MlDeployError {
  const places = leaks.map(({ needle: { id, form }, where }) => {
    return `${id}${form === 'plain' ? '' : ` (${form})`} in ${where}`;
  });
  const shown = [...new Set(places)];
  const more = shown.length > shownLeaks ? [`and ${plural(shown.length - shownLeaks, 'more place')}`] : [];
  return new MlDeployError({
    code: 'build/secret-leaked',
    kind: 'usage',
    message: `secrets are in the image, which was not pushed:\n${[...shown.slice(0, shownLeaks), ...more].join('\n')}`,
    hint: 'Use the secret only through RUN --mount=type=secret, and in no file, ENV, ARG or LABEL. Change it: the cache of the builder has it now.',
  });
}
