import type { Config } from '../config/config.ts';
import { parseConfig } from '../config/load.ts';

/**
 * A configuration that an engine recorded in the cluster, with the defaults for keys that it did not know yet.
 */
export function completed(recorded: Config): Config {
  const { name } = recorded;
  const defaults = parseConfig(
    `{version: 1, name: ${name}, model: {path: model}, image: {repository: a.invalid/a}}`,
    'defaults',
    null,
  );
  return {
    ...defaults,
    ...recorded,
    server: { ...defaults.server, ...recorded.server },
    deploy: { ...defaults.deploy, ...recorded.deploy },
    rollout: { ...defaults.rollout, ...recorded.rollout },
  };
}
