import { MlDeployError } from '../../errors.ts';
import type { NoAnswer, Outcome } from '../../server/protocols/protocol.ts';

/** Whether a server that somebody else started was ever reached: what was never seen cannot be at fault. */
export class Reach {
  readonly #url: URL;
  readonly #limitMs: number;
  readonly #began = performance.now();
  #trouble: NoAnswer | null = null;
  #reached = false;

  /**
   * @param url of the server
   * @param limitMs how long there may be no connection until that is said
   */
  constructor(url: URL, limitMs: number) {
    this.#url = url;
    this.#limitMs = limitMs;
  }

  /** Remembers what came of a request. */
  saw(outcome: Outcome): void {
    if (outcome.kind === 'none' && outcome.missing !== undefined) this.#trouble = outcome;
    else this.#reached = true;
  }

  /**
   * Throws `smoke/url-tls` when the server has no TLS that this side takes, and `smoke/nobody-listens` when there was no connection for as long as
   * that may be. A server that was reached once has passed.
   */
  demand(): void {
    if (this.#reached || this.#trouble === null) return;
    if (this.#trouble.missing === 'tls') throw noTls(this.#url, this.#trouble);
    if (performance.now() - this.#began >= this.#limitMs) throw nobodyListens(this.#url, this.#limitMs, this.#trouble);
  }
}

function noTls(url: URL, { message }: NoAnswer): MlDeployError {
  return new MlDeployError({
    code: 'smoke/url-tls',
    kind: 'infrastructure',
    message: `No TLS connection to ${url.href} (smoke.url) could be made: ${message}.`,
    hint: 'Nothing is known against the model. The certificate has to be of an authority that this machine trusts (its own: set NODE_EXTRA_CA_CERTS to the file of the authority, or of the certificate itself) and for the host name in smoke.url. A server without TLS needs http:// there.',
  });
}

function nobodyListens(url: URL, limitMs: number, { reason, message }: NoAnswer): MlDeployError {
  const seconds = Number((limitMs / 1000).toPrecision(2));
  const refused = message.includes('ECONNREFUSED');
  const dropped = reason === 'timeout' ? ' A firewall that drops packets looks like this, too.' : '';
  return new MlDeployError({
    code: 'smoke/nobody-listens',
    kind: 'infrastructure',
    message: refused
      ? `Nobody listens at ${url.href} (smoke.url): for ${seconds} s every connection was refused (${message}).`
      : `${url.href} (smoke.url) could not be reached: for ${seconds} s no connection came about (${message}).`,
    hint: `Nothing is known against the model. Correct smoke.url, or start the server before the test and wait until its port is open: from then on it has smoke.readyTimeout to become ready.${dropped}`,
  });
}
