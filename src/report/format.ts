/** Keeps a number and its unit on one line. */
const space = '\u00a0';

/** A duration in the unit people would use: `340 ms`, `6.2 s`, `1 min 12 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return 'unknown';
  if (ms < 1000) return `${Math.round(ms)}${space}ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)}${space}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}${space}s`;
  if (seconds < 3600) return join(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  return join(Math.floor(seconds / 3600), 'h', Math.round((seconds % 3600) / 60), 'min');
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${space}${largeUnit}` : `${large}${space}${largeUnit} ${small}${space}${smallUnit}`;
}

/** A size in decimal units, as registries count: `512 B`, `1.9 MB`. */
export function bytes(size: number): string {
  if (size < 0) return `−${bytes(-size)}`;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = size;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 99.95 ? value.toFixed(1) : value.toFixed(0);
  return `${digits}${space}${units[unit] ?? ''}`;
}

/** A share as a percentage with as many digits as it deserves. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0 || value >= 100) return `${value.toFixed(0)}${space}%`;
  return `${Number(value.toPrecision(value >= 10 ? 3 : 2))}${space}%`;
}

export { count, plural } from '../plural.ts';

/** `sha256:1a2b3c4d5e6f`: enough of a digest to recognise it. */
export function shortDigest(digest: string): string {
  return digest.replace(/^(sha256:)?([0-9a-f]{12})[0-9a-f]{52}$/, '$1$2');
}

/** Text with every digest in it shortened. */
export function shortenDigests(text: string): string {
  return text.replaceAll(/\bsha256:([0-9a-f]{12})[0-9a-f]{52}\b/g, 'sha256:$1…');
}

/** `2026-11-22 18:03:09 UTC`; what is no time stays as it is. */
export function moment(at: string): string {
  const time = Date.parse(at);
  return Number.isNaN(time) ? at : `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
