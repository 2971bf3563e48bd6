import { MlDeployError } from '../errors.ts';

/** Manifests, configs and lists have less; what has more is none of them. Bytes. */
const most = 64 * 1024 * 1024;

/**
 * Reads an answer that must be small: memory does not depend on what a registry sends.
 * @param response whose body is read
 * @param doing what was tried, for the message
 * @param limit bytes
 * @returns its body
 * @throws MlDeployError `registry/failed` when it does not end
 */
export async function smallBody(response: Response, doing: string, limit = most): Promise<Buffer> {
  const { content, whole } = await beginningOf(response, limit);
  if (whole) return content;
  throw new MlDeployError({
    code: 'registry/failed',
    kind: 'infrastructure',
    message: `could not ${doing} the registry: its answer has more than ${limit} bytes, where a small document was expected`,
    hint: 'Something else than a registry may answer under this name; look at what it sends.',
  });
}

/**
 * The beginning of an answer; the rest is not waited for.
 * @param response whose body is read
 * @param limit bytes
 * @returns at most so many bytes, and whether that is all
 */
export async function beginningOf(response: Response, limit: number): Promise<{ content: Buffer; whole: boolean }> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  if (body === null) return { content: Buffer.alloc(0), whole: true };
  for await (const piece of body) {
    bytes += piece.length;
    pieces.push(piece);
    // Leaving the loop cancels the rest.
    if (bytes > limit) break;
  }
  return { content: Buffer.concat(pieces).subarray(0, limit), whole: bytes <= limit };
}
