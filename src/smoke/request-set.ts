import { createHash } from 'node:crypto';
import type { Ask } from '../server/protocols/protocol.ts';

/** Digest of what is asked, in its order: two tests with the same one asked the same. */
export function requestSet(asks: readonly Ask[]): string {
  const hash = createHash('sha256');
  // As JSON, so that where one part ends is never a question.
  for (const { request } of asks)
    hash.update(
      `${JSON.stringify([request.method, request.path, request.contentType ?? null, request.body ?? null])}\n`,
    );
  return `sha256:${hash.digest('hex')}`;
}
