import { MlDeployError } from '../errors.ts';
import { askForToken, basic, parseChallenge, tokenRequest, type Challenge } from './authorization.ts';
import type { Credentials } from './credentials.ts';
import { parseObject } from './parse.ts';
import { interrupted, problem, RegistryProblem, retryAfterMs, unreachable } from './problem.ts';
import { isLoopback, type Repository } from './repository.ts';
import { smallBody } from './small-answer.ts';
import { sendStream } from './stream-request.ts';

/** A request to a registry. */
export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below the registry's address, or a whole URL (upload locations). */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes the body anew for each attempt; `content-length` must be among the headers when it is a stream. */
  readonly body?: () => string | AsyncIterable<Uint8Array>;
  /** What is being done, for messages: `push to`, `read the manifest in`. */
  readonly doing: string;
  /** Answers that are no problem; 2xx unless said. */
  readonly accept?: readonly number[];
  /** Path of another repository of the same registry that must be readable too. */
  readonly alsoPull?: string;
  /** False for requests whose repetition the caller must prepare, such as the middle of an upload. */
  readonly retry?: boolean;
}

/** What a token must allow. */
export type Scope = 'pull' | 'pull,push';

/** An answer that was read to its end. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly content: Buffer;
}

/** How to reach one repository of a registry. */
export interface TransportOptions {
  readonly repository: Repository;
  /** Plain HTTP is allowed although the registry is not on this machine. */
  readonly insecure: boolean;
  /** Looked up when the registry asks for them, and anew when those that let us in no longer do. */
  readonly credentials: () => Promise<Credentials | null>;
  readonly signal: AbortSignal;
  /** Called before each repetition. */
  readonly onRetry?: (why: string) => void;
  /** How often a request is sent at most; 6 unless said. */
  readonly attempts?: number;
  /** How long an upload may stand still before it is broken off and goes on anew, in milliseconds; 60 s unless said. */
  readonly stallMs?: number;
}

const usualAttempts = 6;
const firstPauseMs = 250;
const longestPauseMs = 8_000;
const usualStallMs = 60_000;
const passing = new Set([408, 429, 500, 502, 503, 504]);

/** Of a token's life, what is used of it: a request that begins with a dying token fails in the middle. */
const usedShare = 0.8;

interface Token {
  readonly header: string;
  readonly challenge: Challenge;
  /** On the clock of performance.now(). */
  readonly expiresAt: number;
}

/** Sends requests to one repository: authorisation, repetition of what passes, and errors that say what to do. */
export class RegistryTransport {
  readonly #options: TransportOptions;
  readonly #tokens = new Map<string, Token>();
  #credentials: Promise<Credentials | null> | undefined;
  /** They let us in before: if they no longer do, there may be newer ones. */
  #credentialsWorked = false;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** `https://host` or `http://host`, with `/v2/...` to follow. */
  get address(): string {
    const { repository, insecure } = this.#options;
    // As URLs have it: in lower case, without the usual port.
    return new URL(`${insecure || isLoopback(repository.host) ? 'http' : 'https'}://${repository.host}`).origin;
  }

  get #attempts(): number {
    return this.#options.attempts ?? usualAttempts;
  }

  /** Aborted when the work is interrupted. */
  get signal(): AbortSignal {
    return this.#options.signal;
  }

  /**
   * Sends a request, as often as it takes.
   * @param request what to send
   * @param scope what the token must allow: `pull`, or `pull,push`
   * @returns the answer; its body must be read or cancelled
   * @throws MlDeployError `registry/unreachable`, `registry/unauthorized`, `registry/forbidden`, `registry/not-found`,
   *   `registry/failed`, `registry/interrupted`
   */
  async send(request: RegistryRequest, scope: Scope): Promise<Response> {
    const take = (response: Response): Promise<Response> => Promise.resolve(response);
    return this.#repeated(request, this.address, () => this.#authorized(request, scope), take);
  }

  /**
   * Sends a request whose answer is small, and reads it: an answer that breaks off is asked for again.
   * @param request what to send
   * @param scope what the token must allow
   * @returns the answer, and its body
   * @throws MlDeployError as `send`
   */
  async read(request: RegistryRequest, scope: Scope): Promise<WholeAnswer> {
    return this.#repeated(
      request,
      this.address,
      () => this.#authorized(request, scope),
      (response) => whole(response, request.doing),
    );
  }

  /** Sends until there is an answer that counts, and `take` has got out of it what is wanted. */
  async #repeated<Result>(
    request: Pick<RegistryRequest, 'doing' | 'accept' | 'retry'>,
    address: string,
    send: () => Promise<Response>,
    take: (response: Response) => Promise<Result>,
  ): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      const last = attempt >= this.#attempts || request.retry === false;
      let askedMs: number | null = null;
      let why: string;
      try {
        const response = await send();
        if (request.accept?.includes(response.status) ?? response.ok) return await take(response);
        if (last || !passing.has(response.status)) throw await this.#problem(request.doing, response);
        askedMs = retryAfterMs(response.headers.get('retry-after'));
        why = `the registry answered ${response.status}`;
        await response.body?.cancel();
      } catch (error) {
        if (this.#options.signal.aborted) throw interrupted();
        if (error instanceof MlDeployError) throw error;
        if (last) throw unreachable(address, request.doing, this.#options.repository.name, error);
        why = 'the connection failed';
      }
      await this.pause(attempt, why, askedMs);
    }
  }

  /**
   * Prepares the repetition of a reading that broke off in the middle of an answer.
   * @param failures how often it broke off since something came, this time included
   * @param doing what was tried
   * @param error what the reading threw
   * @throws MlDeployError when nothing is to be repeated: `registry/unreachable` when it broke off too often
   */
  async afterBreak(failures: number, doing: string, error: unknown): Promise<void> {
    if (this.#options.signal.aborted) throw interrupted();
    if (error instanceof MlDeployError) throw error;
    if (failures >= this.#attempts) throw unreachable(this.address, doing, this.#options.repository.name, error);
    await this.pause(failures, 'the connection failed in the middle of an answer', null);
  }

  /**
   * Waits before a repetition, and says so.
   * @param attempt how many attempts have failed, from 1 on
   * @param why for people
   * @param askedMs what the registry asked for, if it did
   * @throws MlDeployError `registry/interrupted`
   */
  async pause(attempt: number, why: string, askedMs: number | null): Promise<void> {
    this.#options.onRetry?.(why);
    const usual = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
    await pause(askedMs ?? usual, this.#options.signal);
  }

  async #authorized(request: RegistryRequest, actions: string): Promise<Response> {
    const other = request.alsoPull === undefined ? [] : [`repository:${request.alsoPull}:pull`];
    const scope = [`repository:${this.#options.repository.path}:${actions}`, ...other].join(' ');
    const known = this.#tokens.get(scope);
    const stale = known !== undefined && performance.now() > known.expiresAt;
    const header = stale ? await this.#authorization(known.challenge, scope) : known?.header;
    let response = await this.#fetch(request, header ?? undefined);
    // A second time with credentials that are looked up anew: some live for minutes.
    for (const again of [false, true]) {
      if (response.status !== 401) break;
      const challenge = parseChallenge(response.headers.get('www-authenticate') ?? '');
      if (challenge === null || (again && !this.#credentialsWorked)) break;
      if (again) this.#credentials = undefined;
      const token = await this.#authorization(challenge, scope);
      if (token === null) break;
      await response.body?.cancel();
      response = await this.#fetch(request, token);
    }
    if (response.status !== 401 && this.#credentials !== undefined) this.#credentialsWorked = true;
    return response;
  }

  /** Turns a challenge into the value of an `Authorization` header; null when there is no way. */
  async #authorization(challenge: Challenge, scope: string): Promise<string | null> {
    const used = (this.#credentials ??= this.#options.credentials());
    try {
      return await this.#authorizationBy(await used, challenge, scope);
    } catch (error) {
      const isRefused = error instanceof RegistryProblem && (error.status === 401 || error.status === 403);
      if (!isRefused || !this.#credentialsWorked) throw error;
      // Another request may have looked up newer ones meanwhile.
      if (this.#credentials === used) this.#credentials = this.#options.credentials();
      return this.#authorizationBy(await this.#credentials, challenge, scope);
    }
  }

  async #authorizationBy(credentials: Credentials | null, challenge: Challenge, scope: string): Promise<string | null> {
    if (challenge.scheme === 'basic') {
      if (credentials === null) return null;
      return this.#remember(scope, { header: basic(credentials), challenge, expiresAt: Infinity });
    }
    const asked = tokenRequest(challenge, scope.split(' '), credentials);
    if (asked === null) return null;
    this.#refusePlainText(asked.url, credentials);
    const doing = 'get a token for';
    let began = 0;
    const send = (): Promise<Response> => {
      began = performance.now();
      return askForToken(asked, this.#options.signal);
    };
    const take = (response: Response): Promise<WholeAnswer> => whole(response, doing);
    const { content } = await this.#repeated({ doing }, new URL(asked.url).origin, send, take);
    const answer = parseObject(content, `the token of ${new URL(asked.url).origin}`);
    const token = answer['token'] ?? answer['access_token'];
    if (typeof token !== 'string') return null;
    const seconds = answer['expires_in'];
    const lives = typeof seconds === 'number' ? seconds * 1000 * usedShare : Infinity;
    return this.#remember(scope, { header: `Bearer ${token}`, challenge, expiresAt: began + lives });
  }

  #remember(scope: string, token: Token): string {
    this.#tokens.set(scope, token);
    return token.header;
  }

  /** A registry that is reached safely must not make us send a password in plain text. */
  #refusePlainText(url: string, credentials: Credentials | null): void {
    const realm = new URL(url);
    if (credentials === null || realm.protocol === 'https:') return;
    if (this.#options.insecure || isLoopback(realm.host)) return;
    throw new MlDeployError({
      code: 'registry/plain-text-token',
      kind: 'infrastructure',
      message: `the registry ${this.#options.repository.host} sends clients to ${realm.origin} for tokens, which is not encrypted`,
      hint: 'Ask whoever runs the registry to use https, or allow plain HTTP for it with image.insecure: true.',
    });
  }

  async #fetch(request: RegistryRequest, authorization: string | undefined): Promise<Response> {
    const url = new URL(request.url, this.address);
    const headers = {
      'accept-encoding': 'identity',
      'user-agent': 'ml-deploy',
      ...request.headers,
      // An upload location on another host (object storage) has its own signature.
      ...(authorization !== undefined && url.origin === this.address ? { authorization } : {}),
    };
    const { method } = request;
    const { signal } = this.#options;
    const body = request.body?.();
    if (body === undefined) return fetch(url, { method, headers, signal });
    if (typeof body === 'string') return fetch(url, { method, headers, body, signal });
    return sendStream(url, { method, headers, body, signal, stallMs: this.#options.stallMs ?? usualStallMs });
  }

  async #problem(doing: string, response: Response): Promise<MlDeployError> {
    return problem(doing, this.#options.repository.name, response);
  }
}

async function whole(response: Response, doing: string): Promise<WholeAnswer> {
  const { status, headers } = response;
  return { status, headers, content: await smallBody(response, doing) };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(interrupted());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
