import { plural } from '../../plural.ts';

/** Servers keep an unused connection for a second at least, so one that breaks sooner was not closed for being idle. */
const idleMs = 1_000;
/**
 * That often it is believed that the server was done with a connection, and did not say so: some close one after an error or a stream, and which
 * of several API servers keeps one to a pod, and for how long it was idle there, is not known here.
 */
const forgiven = 2;

/**
 * Decides whether a request is sent again whose kept-alive connection broke before a byte of its answer came, and counts. A server that closes an idle
 * connection just as it is used says nothing about the request; one whose workers die under their requests looks the same, but for the time.
 */
export class Resends {
  #idle = 0;
  #busy = 0;

  /**
   * Whether to send it again.
   * @param unusedMs for how long the connection had carried nothing; null: it was a new one
   */
  allows(unusedMs: number | null): boolean {
    if (unusedMs === null) return false;
    if (unusedMs >= idleMs) this.#idle++;
    else if (this.#busy < forgiven) this.#busy++;
    else return false;
    return true;
  }

  /** Whether the next one that breaks in use counts. */
  get spent(): boolean {
    return this.#busy >= forgiven;
  }

  /** For people; empty: none was sent again. */
  told(): readonly string[] {
    const all = this.#idle + this.#busy;
    if (all === 0) return [];
    const busy =
      this.#busy === 0
        ? 'all of them unused for a second or more'
        : `${this.#busy} of them used less than a second before`;
    return [
      `sent again because their kept-alive connections broke before an answer: ${plural(all, 'request')} (${busy})`,
    ];
  }
}
