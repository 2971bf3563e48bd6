import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until a condition holds, asking again and again.
 * @param what named in the error
 * @param check returns something other than undefined and false once the condition holds; what it throws counts as "not yet"
 * @param options `timeout` in ms (default 60 s), `every` ms between two questions (default 200: each is a program that starts), `hint` is asked for more to say on failure
 * @returns what the check returned
 * @throws Error that names the condition and the last error seen
 */
export async function until<T>(
  what: string,
  check: () => Promise<T | undefined | false>,
  options: { timeout?: number; every?: number; hint?: () => string | Promise<string> } = {},
): Promise<T> {
  const timeout = options.timeout ?? 60_000;
  const end = performance.now() + timeout;
  let last = '';
  for (;;) {
    try {
      const value = await check();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    if (performance.now() > end) {
      const hint = options.hint ? `\n${await options.hint()}` : '';
      throw new Error(`${what}: not within ${timeout / 1000} s${last && `; last: ${last}`}${hint}`);
    }
    await delay(options.every ?? 200);
  }
}
