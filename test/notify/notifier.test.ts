import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { NotifyConfig } from '../../src/config/config.ts';
import type { Notification } from '../../src/notify/notification.ts';
import { missingSecrets, Notifier } from '../../src/notify/notifier.ts';
import type { News } from '../../src/notify/notifier.ts';
import { Receiver } from './receiver.ts';
import type { Received } from './receiver.ts';

const every = ['started', 'held', 'promoted', 'rolled-back', 'failed'] as const;
const hook: NotifyConfig = { kind: 'webhook', urlVariable: 'HOOK', secretVariable: 'KEY', on: every };
const slack: NotifyConfig = { kind: 'slack', urlVariable: 'SLACK', secretVariable: null, on: every };

const news: News = {
  event: 'rolled-back',
  model: 'fraud',
  environment: 'production',
  namespace: 'ml',
  candidate: { revision: 'r3', image: 'registry.test/fraud@sha256:aa', modelDigest: null },
  stable: { revision: 'r2', image: 'registry.test/fraud@sha256:bb', modelDigest: 'sha256:cc' },
  summary: 'r3 was rolled back, r2 serves: errors <4 of 59> & more',
  reasons: ['errors: 4 of 59'],
  totals: { stable: { requests: 541, errors: 0 }, candidate: { requests: 59, errors: 4 } },
  engine: 'ml-deploy/0.1.0',
  host: 'ci-7',
};

function only({ requests }: Receiver): Received {
  const [first] = requests;
  if (first === undefined || requests.length > 1) throw new Error(`${requests.length} requests came`);
  return first;
}

interface Sent {
  readonly failures: string[];
  readonly notifier: Notifier;
}

/** On a busy machine an answer may take long; a message that is sent again because of that would be one too many. */
function notifier(receivers: readonly NotifyConfig[], environment: Record<string, string>, answerMs = 5000): Sent {
  const failures: string[] = [];
  const delivery = { answerMs, pausesMs: [10, 10] };
  return {
    failures,
    notifier: new Notifier({ receivers, environment, onFailure: (line) => failures.push(line), delivery }),
  };
}

describe('a webhook', () => {
  it('gets what its schema says, signed so that others can verify it', async () => {
    await using receiver = await Receiver.start();
    const environment = {
      HOOK: receiver.url,
      KEY: 'a plain key',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'acme/fraud',
      GITHUB_RUN_ID: '7',
    };
    const { notifier: sender, failures } = notifier([hook], environment);
    sender.send(news);
    await sender.flush(5000);
    expect(failures).toEqual([]);
    const { path, headers, body } = only(receiver);
    expect(path).toBe('/hook/s3cret-path');
    const check = new Ajv2020().compile(JSON.parse(readFileSync('schema/notification-v1.json', 'utf8')) as object);
    const payload = JSON.parse(body) as Notification;
    expect(check(payload), JSON.stringify(check.errors)).toBe(true);
    expect(check({ ...payload, event: 'else' })).toBe(false);
    expect(payload).toMatchObject({ ...news, run: 'https://github.com/acme/fraud/actions/runs/7' });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': payload.id });
    const content = `${payload.id}.${String(headers['webhook-timestamp'])}.${body}`;
    const expected = createHmac('sha256', 'a plain key').update(content).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${expected}`);
    expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(60);
  });

  it('decodes a key in the form that libraries for Standard Webhooks expect', async () => {
    await using receiver = await Receiver.start();
    const key = Buffer.from('0123456789abcdef0123456789abcdef').toString('base64');
    const { notifier: sender } = notifier([hook], { HOOK: receiver.url, KEY: `whsec_${key}` });
    sender.send(news);
    await sender.flush(5000);
    const { headers, body } = only(receiver);
    const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    const expected = createHmac('sha256', Buffer.from(key, 'base64')).update(content).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${expected}`);
  });

  it('gets only the events that it asked for, in order', async () => {
    await using receiver = await Receiver.start();
    receiver.answers = [503, 204];
    const { notifier: sender } = notifier([{ ...hook, on: ['started', 'failed'] }], { HOOK: receiver.url, KEY: 'k' });
    for (const event of every) sender.send({ ...news, event });
    await sender.flush(5000);
    const events = receiver.requests.map(({ body }) => (JSON.parse(body) as Notification).event);
    expect(events).toEqual(['started', 'started', 'failed']);
  });
});

describe('Slack', () => {
  it('gets a message whose text cannot be mistaken for markup', async () => {
    await using receiver = await Receiver.start();
    const { notifier: sender, failures } = notifier([slack], { SLACK: receiver.url });
    sender.send(news);
    sender.send({ ...news, summary: 'x'.repeat(10_000), reasons: ['y'.repeat(10_000)] });
    await sender.flush(5000);
    expect(failures).toEqual([]);
    const [first, second] = receiver.requests.map(({ body }) => JSON.parse(body) as SlackMessage);
    expect(first?.text).toContain('fraud r3 (production): rolled back');
    const texts = (first?.blocks ?? []).map((block) => block.text?.text ?? block.elements?.[0]?.text ?? '');
    expect(texts.join('\n')).toContain('errors &lt;4 of 59&gt; &amp; more');
    expect(texts.join('\n')).toContain('candidate 59 requests, 4 failed');
    expect(texts.join('\n')).not.toMatch(/<(?!https?:)/);
    for (const block of second?.blocks ?? []) expect(block.text?.text.length ?? 0).toBeLessThanOrEqual(3000);
  });
});

interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly { readonly text?: { readonly text: string }; readonly elements?: { text: string }[] }[];
}

describe('what does not arrive', () => {
  it('is tried again after what may pass, and told without the address', async () => {
    await using receiver = await Receiver.start();
    receiver.answers = [429, 502, 204];
    const { notifier: sender, failures } = notifier([hook], { HOOK: receiver.url, KEY: 'k' });
    sender.send(news);
    await sender.flush(5000);
    expect(receiver.requests).toHaveLength(3);
    // The same message: a receiver can tell that it has it already.
    expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(failures).toEqual([]);
  });

  it.each([
    ['refused', [404], 1, 'HTTP status 404'],
    ['sent elsewhere', [302], 1, 'HTTP status 302'],
    ['always busy', [503], 3, 'HTTP status 503'],
    ['silent', ['silence'], 3, 'no answer within 1.5 s'],
  ] as const)('%s', async (_, answers, attempts, why) => {
    await using receiver = await Receiver.start();
    receiver.answers = [...answers];
    const answerMs = answers.some((each) => each === 'silence') ? 1500 : 5000;
    const { notifier: sender, failures } = notifier([hook], { HOOK: receiver.url, KEY: 'k' }, answerMs);
    sender.send(news);
    await sender.flush(20_000);
    expect(receiver.requests.length).toBe(attempts);
    expect(failures).toEqual([`The notification "rolled-back" did not reach notify[0] (webhook): ${why}.`]);
  });

  it('nobody listens', async () => {
    const { notifier: sender, failures } = notifier([slack], { SLACK: 'http://127.0.0.1:1/T0/B0/s3cret' });
    sender.send(news);
    await sender.flush(5000);
    expect(failures).toHaveLength(1);
    expect(failures.join()).not.toMatch(/s3cret|127\.0\.0\.1/);
  });

  it('holds up neither the sender nor the other receivers', async () => {
    await using slow = await Receiver.start();
    await using quick = await Receiver.start();
    slow.answers = ['silence'];
    const failures: string[] = [];
    const sender = new Notifier({
      receivers: [slack, hook],
      environment: { SLACK: slow.url, HOOK: quick.url, KEY: 'k' },
      onFailure: (line) => failures.push(line),
    });
    const began = performance.now();
    sender.send({ ...news, event: 'started' });
    sender.send(news);
    expect(performance.now() - began).toBeLessThan(1000);
    await expect.poll(() => quick.requests.length, { timeout: 4000 }).toBe(2);
    const waited = performance.now();
    // The quick one may still have to read its answer.
    await sender.flush(1000);
    // Without the limit of flush it would be 5 s for each of six attempts.
    expect(performance.now() - waited).toBeLessThan(10_000);
    expect(failures).toHaveLength(2);
    expect(failures.join()).toContain('notify[0] (slack): there was no time left');
  });
});

describe('secrets', () => {
  it('that are missing are named by their variables only', () => {
    const receivers = [slack, hook];
    expect(missingSecrets(receivers, { SLACK: 'https://x', HOOK: 'https://y', KEY: 'k' })).toEqual([]);
    expect(missingSecrets(receivers, { SLACK: 's3cret', HOOK: 'https://y' })).toEqual([
      'notify[0] (slack) is told nothing: the environment variable SLACK does not hold an address such as https://HOST/PATH.',
      'notify[1] (webhook) is told nothing: the environment variable KEY is not set.',
    ]);
    expect(missingSecrets([slack], { SLACK: 'https://user:s3cret@host/' }).join()).not.toContain('s3cret');
  });

  it('nothing is sent unsigned where a signature is asked for', async () => {
    await using receiver = await Receiver.start();
    const { notifier: sender, failures } = notifier([hook], { HOOK: receiver.url });
    sender.send(news);
    await sender.flush(1000);
    expect(receiver.requests).toEqual([]);
    expect(failures).toEqual([]);
  });
});
