import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { MlDeployError } from '../../errors.ts';
import { findCredentials, type CredentialPlaces } from '../../oci/credentials.ts';
import { findImage, type ImageRefusals, type StoredImage } from '../../oci/image.ts';
import { parseConfig, parseManifest } from '../../oci/parse.ts';
import { parseReference } from '../../oci/reference.ts';
import { RegistryClient } from '../../oci/registry.ts';
import type { BuildEvidence } from '../../pipeline/evidence.ts';
import { parseEvidence } from '../../pipeline/store.ts';

/** How images are reached. */
export interface Reach extends CredentialPlaces {
  /** Where relative paths begin. */
  readonly root: string;
  /** Plain HTTP is allowed. */
  readonly insecure: boolean;
  /** `os/architecture[/variant]` of an index; null: linux/amd64, or the only one. */
  readonly platform: string | null;
  readonly signal: AbortSignal;
}

/** An image that was named on the command line. */
export interface NamedImage extends StoredImage {
  /** `repository@digest` of the platform's manifest. */
  readonly reference: string;
  readonly platform: string;
}

/**
 * Opens an image.
 * @param name `host/path:tag`, `host/path@sha256:...`, either with `oci://` before it; or a build.json, or the folder of one
 * @param reach credentials and platform
 * @returns the image; its layers are not read
 * @throws MlDeployError `diff/no-image`, `registry/*`, `evidence/*`
 */
export async function openImage(name: string, reach: Reach): Promise<NamedImage> {
  const text = (await builtImage(resolve(reach.root, name))) ?? name.replace(/^oci:\/\//, '');
  const { repository, tag, digest } = parseReference(
    text,
    'Write host/path:tag, host/path@sha256:..., or the path of a build.json.',
  );
  const client = new RegistryClient({
    repository,
    insecure: reach.insecure,
    credentials: () => findCredentials(repository.host, reach),
    signal: reach.signal,
  });
  const platform = await platformOf(client, digest ?? tag ?? 'latest', name, reach.platform);
  const image = await findImage(client, digest ?? tag ?? 'latest', platform, noImage(name));
  return { ...image, reference: `${repository.name}@${image.digest}`, platform };
}

/** The image of an evidence document; null when the name is not that of a file. */
async function builtImage(name: string): Promise<string | null> {
  const facts = await stat(name).catch(() => null);
  if (facts === null) return null;
  const path = facts.isDirectory() ? join(name, 'build.json') : name;
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new MlDeployError({
      code: 'diff/no-image',
      kind: 'usage',
      message: `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'Name the build.json of a build (.mldeploy/<environment>/build.json), or an image.',
      cause,
    });
  });
  return ((await parseEvidence(text, 'build', path)) as BuildEvidence).image.reference;
}

async function platformOf(
  client: RegistryClient,
  reference: string,
  name: string,
  wanted: string | null,
): Promise<string> {
  const top = await client.getManifest(reference);
  if (top === null) throw noImage(name).missing();
  if (wanted !== null) return wanted;
  const document = parseManifest(top.content, `the manifest of ${name}`);
  if (!('manifests' in document)) {
    const config = parseConfig(await client.getBlob(document.config.digest), `the config of ${name}`);
    return `${config.os}/${config.architecture}`;
  }
  const images = document.manifests.filter(({ platform }) => platform?.os !== 'unknown');
  const [only, ...others] = images;
  return only?.platform !== undefined && others.length === 0
    ? `${only.platform.os}/${only.platform.architecture}`
    : 'linux/amd64';
}

function noImage(name: string): ImageRefusals {
  const error = (message: string, hint: string): MlDeployError =>
    new MlDeployError({ code: 'diff/no-image', kind: 'usage', message, hint });
  return {
    name,
    missing: () => error(`there is no image ${name} in its registry`, 'Check the repository and the tag or digest.'),
    noPlatform: (wanted, found) =>
      error(`the image ${name} is not there for ${wanted}, only for ${found}`, 'Choose one of these with --platform.'),
  };
}
