/** Work that waits for the disk is done ahead of its turn, as long as it is no more than this altogether. */
const atOnce = { files: 4, bytes: 4 * 1024 * 1024 } as const;

/** One piece of work: how much it reads, null when nobody knows. */
export interface Sized {
  readonly bytes: number | null;
}

/**
 * Does work on items one after the other, small ones a few at a time; the results come in the order of the items. The first failure stops
 * it, once what runs has ended.
 */
export async function inOrder<T extends Sized, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let next = 0; next < items.length;) {
    const batch: T[] = [];
    let bytes = 0;
    for (let item = items[next]; item !== undefined && batch.length < atOnce.files; item = items[++next]) {
      bytes += item.bytes ?? atOnce.bytes;
      if (batch.length > 0 && bytes > atOnce.bytes) break;
      batch.push(item);
    }
    const settled = await Promise.allSettled(batch.map(work));
    for (const result of settled) {
      if (result.status === 'rejected') throw result.reason;
      results.push(result.value);
    }
  }
  return results;
}
