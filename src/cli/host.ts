import type { Writable } from 'node:stream';

/** A stream that people or programs read; the terminal's facts are there when it is one. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** What the command line takes from its surroundings, in one place, so that tests can give it theirs. */
export interface Host {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** The process itself. */
export function processHost(): Host {
  return { stdout: process.stdout, stderr: process.stderr, environment: process.env, cwd: process.cwd() };
}
