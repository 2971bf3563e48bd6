import { createHmac } from 'node:crypto';
import type { Channel } from './channel.ts';

/**
 * The notification as JSON, signed as Standard Webhooks (https://www.standardwebhooks.com) say: HMAC-SHA256 of `id.timestamp.body`.
 */
export const webhook: Channel = {
  name: 'webhook',
  request(notification, { secret }) {
    const body = JSON.stringify(notification);
    const timestamp = String(Math.floor(Date.now() / 1000));
    return {
      body,
      headers: {
        'webhook-id': notification.id,
        'webhook-timestamp': timestamp,
        ...(secret === null ? {} : { 'webhook-signature': sign(secret, `${notification.id}.${timestamp}.${body}`) }),
      },
    };
  },
};

function sign(secret: string, content: string): string {
  return `v1,${createHmac('sha256', keyOf(secret)).update(content).digest('base64')}`;
}

/** `whsec_` announces base64, as the libraries for it expect; anything else is the key itself. */
function keyOf(secret: string): Buffer {
  const prefix = 'whsec_';
  return secret.startsWith(prefix) ? Buffer.from(secret.slice(prefix.length), 'base64') : Buffer.from(secret, 'utf8');
}
