import { setTimeout as delay } from 'node:timers/promises';
import type { ChannelRequest } from './channel.ts';

export interface DeliveryOptions {
  /** Longest wait for one answer, milliseconds. */
  readonly answerMs: number;
  /** Pauses before the second and later attempts; their number is that of the repetitions. */
  readonly pausesMs: readonly number[];
  readonly signal: AbortSignal;
}

const passing = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Sends one POST, again after what may pass. Resolves to null when it arrived, else to why not, in words that tell nothing of the URL.
 */
export async function deliver(url: string, request: ChannelRequest, options: DeliveryOptions): Promise<string | null> {
  for (let attempt = 0; ; attempt++) {
    const { problem, again } = await post(url, request, options);
    const pause = options.pausesMs[attempt];
    if (problem === null || !again || pause === undefined || options.signal.aborted) return problem;
    await delay(pause, undefined, { signal: options.signal }).catch(() => undefined);
  }
}

interface Attempt {
  readonly problem: string | null;
  readonly again: boolean;
}

async function post(url: string, { headers, body }: ChannelRequest, options: DeliveryOptions): Promise<Attempt> {
  const timeout = AbortSignal.timeout(options.answerMs);
  try {
    const reply = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'ml-deploy' },
      body,
      // Another address was not named by anybody: it must not get what is meant for this one.
      redirect: 'manual',
      signal: AbortSignal.any([timeout, options.signal]),
    });
    await reply.body?.cancel();
    if (reply.ok) return { problem: null, again: false };
    return { problem: `HTTP status ${reply.status}`, again: passing.has(reply.status) };
  } catch (error) {
    if (timeout.aborted) return { problem: `no answer within ${options.answerMs / 1000} s`, again: true };
    if (options.signal.aborted) return { problem: 'there was no time left', again: false };
    return { problem: codeOf(error), again: true };
  }
}

/** Messages of a failed connection name the address; only its code is told. */
function codeOf(error: unknown): string {
  const { code } = ((error as { cause?: unknown }).cause ?? error) as { code?: unknown };
  return typeof code === 'string' && /^[A-Z0-9_]+$/.test(code) ? `no connection (${code})` : 'no connection';
}
