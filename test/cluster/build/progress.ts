import { expectedSeconds, rememberSeconds } from './cache.ts';

/** Receives one line of progress at a time. */
export type OnProgress = (line: string) => void;

/**
 * Formats a duration for a person.
 * @param seconds duration
 * @returns e.g. `42 s` or `3 min 05 s`
 */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/**
 * What to say about the remaining time; honest when the estimate has run out.
 * @param elapsed seconds so far
 * @param expected seconds estimated in all
 * @returns e.g. `about 2 min 10 s left` or `longer than the usual 40 s`
 */
export function remaining(elapsed: number, expected: number): string {
  if (elapsed <= expected) return `about ${formatSeconds(expected - elapsed)} left`;
  return `longer than the usual ${formatSeconds(expected)}`;
}

/**
 * Runs work under a name and reports at least every three seconds that it goes on, how long it took so far and how long it usually takes.
 * @param name what is done, for people
 * @param otherwise seconds it usually takes, used until it was measured on this machine
 * @param onProgress receives the lines
 * @param work what to do; it may call `detail` with a short text on where it is
 * @returns what the work returns
 */
export async function withProgress<T>(
  name: string,
  otherwise: number,
  onProgress: OnProgress,
  work: (detail: (text: string) => void) => Promise<T>,
): Promise<T> {
  const expected = expectedSeconds(name, otherwise);
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  let detail = '';
  if (expected >= 4) onProgress(`${name}: started, usually ${formatSeconds(expected)}`);
  const timer = setInterval(() => {
    onProgress(`${name}: ${formatSeconds(elapsed())}, ${remaining(elapsed(), expected)}${detail && `, ${detail}`}`);
  }, 3000);
  try {
    const result = await work((text) => (detail = text));
    rememberSeconds(name, elapsed());
    onProgress(`${name}: done in ${formatSeconds(elapsed())}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
