import type { Channel } from './channel.ts';
import { slack } from './slack.ts';
import { webhook } from './webhook.ts';

/** Every kind of receiver, by its key below `notify[]` in mldeploy.yaml. */
export const channels = { slack, webhook } as const satisfies Readonly<Record<string, Channel>>;
