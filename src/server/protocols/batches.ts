import type { Ask } from './protocol.ts';

/** One generated batch; the same seed gives the same rows. */
export interface Batch {
  readonly rows: number;
  readonly seed: number;
}

/** Sizes of batches that are made of rows which somebody wrote down: those themselves are single rows, or a few. */
export const largerBatches: readonly number[] = [8, 32];

/** Two single rows that differ, then larger batches. */
export const batches: readonly Batch[] = [
  { rows: 1, seed: 1 },
  { rows: 1, seed: 2 },
  ...largerBatches.map((rows, index) => ({ rows, seed: index + 3 })),
];

/** Larger limits are not tried out: they are there for many small requests that come together. */
const largestTried = 128;

/**
 * The generated batches that a server takes, and its largest one.
 * @param maxRows most rows that one request may have; null: no limit is known
 */
export function batchesUpTo(maxRows: number | null): readonly Batch[] {
  if (maxRows === null) return batches;
  const fitting = batches.filter(({ rows }) => rows <= maxRows);
  const hasLargest = fitting.some(({ rows }) => rows === maxRows) || maxRows < 1 || maxRows > largestTried;
  return hasLargest ? fitting : [...fitting, { rows: maxRows, seed: batches.length + 1 }];
}

/** As batchesUpTo, of the sizes for rows that somebody wrote down. */
export function largerBatchesUpTo(maxRows: number | null): readonly number[] {
  return batchesUpTo(maxRows).flatMap(({ rows }) => (rows > 1 ? [rows] : []));
}

/** More than this is no longer a short test. */
const largestBody = 16 * 1024 * 1024;

/**
 * Drops batches whose body is larger than what the server takes: rows of images are a megabyte each. The first request always stays.
 * @param asks from the smallest
 * @param maxBodyBytes of the server; null: no limit is known
 */
export function withinBody(asks: readonly Ask[], maxBodyBytes: number | null): readonly Ask[] {
  const limit = Math.min(maxBodyBytes ?? largestBody, largestBody);
  return asks.filter(({ request }, index) => index === 0 || Buffer.byteLength(request.body ?? '') <= limit);
}
