import type { Channel } from './channel.ts';
import type { Notification, NotificationEvent } from './notification.ts';

/** A message for a Slack incoming webhook. */
export const slack: Channel = {
  name: 'slack',
  request(notification) {
    const headline = `${signs[notification.event]} *${escaped(titleOf(notification))}*`;
    const blocks = [
      section(`${headline}\n${escaped(notification.summary)}`),
      ...detailsOf(notification),
      { type: 'context', elements: [{ type: 'mrkdwn', text: cut(contextOf(notification), 2000) }] },
    ];
    return {
      headers: {},
      // `text` is what notifications and screen readers show.
      body: JSON.stringify({ text: cut(escaped(`${titleOf(notification)}: ${notification.summary}`), 3000), blocks }),
    };
  },
};

const signs: Readonly<Record<NotificationEvent, string>> = {
  started: ':arrow_forward:',
  held: ':double_vertical_bar:',
  promoted: ':white_check_mark:',
  'rolled-back': ':leftwards_arrow_with_hook:',
  failed: ':x:',
};

const words: Readonly<Record<NotificationEvent, string>> = {
  started: 'rollout started',
  held: 'held',
  promoted: 'promoted',
  'rolled-back': 'rolled back',
  failed: 'rollout failed',
};

function titleOf({ event, model, environment, candidate }: Notification): string {
  return `${model} ${candidate.revision}${environment === null ? '' : ` (${environment})`}: ${words[event]}`;
}

function detailsOf({ reasons, totals, event }: Notification): object[] {
  const counts =
    totals === null
      ? []
      : [
          `candidate ${totals.candidate.requests} requests, ${totals.candidate.errors} failed; stable ${totals.stable.requests} requests, ${totals.stable.errors} failed`,
        ];
  const lines = [...(event === 'started' ? [] : reasons.slice(0, 5)), ...counts];
  return lines.length === 0 ? [] : [section(lines.map((line) => `• ${escaped(line)}`).join('\n'))];
}

function contextOf({ namespace, candidate, host, run }: Notification): string {
  const where = `namespace ${escaped(namespace)} · \`${escaped(candidate.image)}\` · ${escaped(host)}`;
  return run === null ? where : `${where} · <${encodeURI(run)}|run>`;
}

function section(text: string): object {
  return { type: 'section', text: { type: 'mrkdwn', text: cut(text, 3000) } };
}

/** The three characters that mean something to Slack. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Slack refuses a message with a longer text. */
function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
