import { randomUUID } from 'node:crypto';
import type { NotifyConfig } from '../config/config.ts';
import type { ChannelSecrets } from './channel.ts';
import { deliver } from './deliver.ts';
import type { DeliveryOptions } from './deliver.ts';
import { channels } from './index.ts';
import type { Notification } from './notification.ts';

/** What the caller knows; the rest is filled in. */
export type News = Omit<Notification, 'schema' | 'id' | 'at' | 'run'>;

export interface NotifierOptions {
  readonly receivers: readonly NotifyConfig[];
  /** Where the secrets are. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told what did not arrive, without any secret. */
  readonly onFailure: (message: string) => void;
  /** For tests; by default 5 s for an answer and three repetitions. */
  readonly delivery?: Pick<DeliveryOptions, 'answerMs' | 'pausesMs'>;
}

const usual = { answerMs: 5000, pausesMs: [500, 2000, 5000] };

/**
 * Tells people and programs how a rollout goes. Best effort: nothing waits for it but flush, and nothing is thrown.
 */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #stop = new AbortController();
  /** One queue per receiver: each gets its messages in order, and a slow one holds up no other. */
  readonly #queues: Promise<void>[];

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#queues = options.receivers.map(() => Promise.resolve());
  }

  /** Sends to everybody who wants to know. Returns at once. */
  send(news: News): void {
    const notification: Notification = {
      schema: 'https://ml-deploy.dev/schema/notification-v1.json',
      id: randomUUID(),
      at: new Date().toISOString(),
      ...news,
      run: runPage(this.#options.environment),
    };
    for (const [index, receiver] of this.#options.receivers.entries()) {
      if (!receiver.on.includes(news.event)) continue;
      const before = this.#queues[index] ?? Promise.resolve();
      this.#queues[index] = before.then(() => this.#deliver(index, receiver, notification));
    }
  }

  /** Waits for what is on its way, but not longer than this; what is still open then is given up. */
  async flush(longestMs: number): Promise<void> {
    const timer = setTimeout(() => this.#stop.abort(), longestMs);
    await Promise.all(this.#queues);
    clearTimeout(timer);
  }

  async #deliver(index: number, receiver: NotifyConfig, notification: Notification): Promise<void> {
    const secrets = secretsOf(receiver, this.#options.environment);
    // What is not set was told by the preflight.
    if (typeof secrets === 'string') return;
    const request = channels[receiver.kind].request(notification, secrets);
    const options = { ...(this.#options.delivery ?? usual), signal: this.#stop.signal };
    const problem = await deliver(secrets.url, request, options);
    if (problem === null) return;
    this.#options.onFailure(
      `The notification "${notification.event}" did not reach notify[${index}] (${receiver.kind}): ${problem}.`,
    );
  }
}

/**
 * What is wrong with the receivers in this environment, one line each: a variable that is not set, or holds no address. Names variables,
 * never what they hold.
 */
export function missingSecrets(
  receivers: readonly NotifyConfig[],
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return receivers.flatMap((receiver, index) => {
    const secrets = secretsOf(receiver, environment);
    return typeof secrets === 'string' ? [`notify[${index}] (${receiver.kind}) is told nothing: ${secrets}.`] : [];
  });
}

/** The secrets of a receiver, or what is wrong with them. */
function secretsOf(
  { urlVariable, secretVariable }: NotifyConfig,
  environment: Readonly<Record<string, string | undefined>>,
): ChannelSecrets | string {
  const url = environment[urlVariable]?.trim() ?? '';
  if (url === '') return `the environment variable ${urlVariable} is not set`;
  const address = URL.parse(url);
  if (address === null || !/^https?:$/.test(address.protocol) || address.username !== '' || address.password !== '') {
    return `the environment variable ${urlVariable} does not hold an address such as https://HOST/PATH`;
  }
  if (secretVariable === null) return { url, secret: null };
  const secret = environment[secretVariable]?.trim() ?? '';
  // Unsigned where a signature is asked for, it would only be refused.
  if (secret === '') return `the environment variable ${secretVariable} is not set`;
  return { url, secret };
}

/** Page of the run in GitHub Actions. */
function runPage(environment: Readonly<Record<string, string | undefined>>): string | null {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = environment;
  if (server === undefined || repository === undefined || id === undefined) return null;
  return `${server}/${repository}/actions/runs/${id}`;
}
