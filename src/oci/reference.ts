import { resolve } from 'node:path';

import { MlDeployError } from '../errors.ts';
import { parseRepository, type Repository } from './repository.ts';

/** An image as users name it. */
export interface Reference {
  readonly repository: Repository;
  /** Null: none was written, and there is a digest. */
  readonly tag: string | null;
  readonly digest: string | null;
}

const pattern =
  /^(?<name>[^@\s]+?)(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

/**
 * Reads the name of an image as Docker does: `latest` when there is neither tag nor digest.
 * @param text such as `docker.io/library/python:3.12-slim`, or with `@sha256:...`
 * @param hint what to do when it is not one
 * @returns its parts
 * @throws MlDeployError `registry/bad-name`
 */
export function parseReference(text: string, hint = 'Correct image.base in mldeploy.yaml.'): Reference {
  const { name, tag, digest } = pattern.exec(text)?.groups ?? {};
  if (name === undefined) {
    throw new MlDeployError({
      code: 'registry/bad-name',
      kind: 'usage',
      message: `${text} does not name an image: expected host/path:tag or host/path@sha256:...`,
      hint,
    });
  }
  const noDigest = digest === undefined;
  return { repository: parseRepository(name), tag: tag ?? (noDigest ? 'latest' : null), digest: digest ?? null };
}

const layoutPattern =
  /^oci-layout:(?<folder>[^@]+?)(?::(?<tag>[A-Za-z0-9_][\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

/** An image in an OCI layout folder. */
export interface LayoutReference {
  readonly folder: string;
  /** `latest` unless said. */
  readonly tag: string;
  readonly digest: string | null;
}

/**
 * Reads the name of an image in a folder.
 * @param name `oci-layout:FOLDER[:TAG][@DIGEST]`
 * @returns null for the name of an image in a registry
 */
export function parseLayoutReference(name: string): LayoutReference | null {
  const { folder, tag = 'latest', digest = null } = layoutPattern.exec(name)?.groups ?? {};
  return folder === undefined ? null : { folder, tag, digest };
}

/**
 * The name of an image with which it is found from any folder.
 * @param name of an image in a registry, or in a folder
 * @param root where a relative folder begins
 * @returns with an absolute path, when it is in a folder
 */
export function absoluteReference(name: string, root: string): string {
  const layout = parseLayoutReference(name);
  return layout === null
    ? name
    : `oci-layout:${resolve(root, layout.folder)}${name.slice(`oci-layout:${layout.folder}`.length)}`;
}
