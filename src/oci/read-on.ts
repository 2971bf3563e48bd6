import type { RegistryTransport } from './transport.ts';

/** What is being done, for messages. */
export const readLayer = 'read a layer in';

/**
 * Reads content of any size. When the connection breaks, it is read on where it broke off, as long as more comes now and then.
 * @param transport of the repository
 * @param open begins an answer at a byte
 * @param start first byte
 * @param first the answer that begins there, when there is one already
 * @yields pieces
 * @throws MlDeployError `registry/*`: `registry/unreachable` when it broke off again and again without anything in between
 */
export async function* readOn(
  transport: RegistryTransport,
  open: (start: number) => Promise<AsyncIterable<Uint8Array>>,
  start: number,
  first: AsyncIterable<Uint8Array> | null = null,
): AsyncGenerator<Uint8Array> {
  let stream = first;
  let position = start;
  for (let failures = 0; ;) {
    try {
      stream ??= await open(position);
      for await (const piece of stream) {
        position += piece.length;
        failures = 0;
        yield piece;
      }
      return;
    } catch (error) {
      stream = null;
      await transport.afterBreak(++failures, readLayer, error);
    }
  }
}

/**
 * Leaves out the beginning of a stream.
 * @param stream from its first byte on
 * @param start bytes to leave out
 * @yields what follows them
 */
export async function* after(stream: AsyncIterable<Uint8Array>, start: number): AsyncGenerator<Uint8Array> {
  let skipped = 0;
  for await (const piece of stream) {
    const from = Math.min(piece.length, start - skipped);
    skipped += from;
    if (from < piece.length) yield piece.subarray(from);
  }
}
