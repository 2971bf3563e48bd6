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
