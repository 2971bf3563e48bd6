import type { Notification } from './notification.ts';

/** Secrets of one receiver, as the environment has them; never printed and never part of evidence. */
export interface ChannelSecrets {
  readonly url: string;
  /** For the signature; null: none. */
  readonly secret: string | null;
}

export interface ChannelRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One kind of receiver: how a notification looks there. It is sent as POST, and any 2xx means that it arrived. */
export interface Channel {
  /** The key below `notify[]` in mldeploy.yaml. */
  readonly name: 'slack' | 'webhook';
  request(notification: Notification, secrets: ChannelSecrets): ChannelRequest;
}
