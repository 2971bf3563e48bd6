import type { Blob } from '../oci/blob.ts';
import type { RegistryClient } from '../oci/registry.ts';

/** Uploads at a time: enough to fill a line, few enough for small registries. */
const parallel = 3;

/**
 * Sends what the repository lacks, largest first.
 * @param registry where to
 * @param blobs what the image needs
 * @param onSent called with the bytes of each piece
 * @returns how many had to be sent
 */
export async function pushBlobs(
  registry: RegistryClient,
  blobs: readonly Blob[],
  onSent: (bytes: number) => void,
): Promise<number> {
  const waiting = [...new Map(blobs.map((blob) => [blob.digest, blob])).values()].sort((a, b) => b.size - a.size);
  let sent = 0;
  const lane = async (): Promise<void> => {
    for (let blob = waiting.shift(); blob !== undefined; blob = waiting.shift()) {
      if (await registry.pushBlob(blob, onSent)) sent++;
    }
  };
  await Promise.all(Array.from({ length: parallel }, lane));
  return sent;
}
