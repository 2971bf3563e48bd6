import type { Blob } from '../oci/blob.ts';
import type { RegistryClient } from '../oci/registry.ts';
import { inLanes } from '../lanes.ts';

/** Uploads at a time: enough to fill a line, few enough for small registries. */
const parallel = 3;

/**
 * Sends what the repository lacks, largest first.
 * @param registry where to
 * @param blobs what the image needs
 * @param onSent called with the bytes of each piece
 * @returns how many there are, none twice, and how many had to be sent
 */
export async function pushBlobs(
  registry: RegistryClient,
  blobs: readonly Blob[],
  onSent: (bytes: number) => void,
): Promise<{ sent: number; all: number }> {
  const largestFirst = [...new Map(blobs.map((blob) => [blob.digest, blob])).values()].sort((a, b) => b.size - a.size);
  let sent = 0;
  await inLanes(largestFirst, parallel, async (blob, check) => {
    const watched = (bytes: number): void => {
      check();
      onSent(bytes);
    };
    if (await registry.pushBlob(blob, watched)) sent++;
  });
  return { sent, all: largestFirst.length };
}
