import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Folder that outlives clones: built programs and base images, found again by every checkout of this user.
 * @returns absolute path, which exists
 */
export function cacheFolder(): string {
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ml-deploy');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * A short name for everything that decides how a cached thing comes out.
 * @param content any JSON value
 * @returns 12 hexadecimal digits
 */
export function cacheKey(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 12);
}

const durationsFile = (): string => join(cacheFolder(), 'durations.json');

function durations(): Record<string, number> {
  try {
    return JSON.parse(readFileSync(durationsFile(), 'utf8')) as Record<string, number>;
  } catch {
    return {}; // none measured yet
  }
}

/**
 * Estimate for a piece of work: what it took here the last time, else the figure that came with it.
 * @param work name of the work
 * @param otherwise seconds to assume when it was never measured here
 * @returns seconds
 */
export function expectedSeconds(work: string, otherwise: number): number {
  return durations()[work] ?? otherwise;
}

/**
 * Remembers how long a piece of work took.
 * @param work name of the work
 * @param seconds measured
 */
export function rememberSeconds(work: string, seconds: number): void {
  const temporary = `${durationsFile()}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify({ ...durations(), [work]: Math.round(seconds) }, null, 2));
  renameSync(temporary, durationsFile());
}
