import type { Config } from '../config/config.ts';
import type { ValidateEvidence } from '../pipeline/evidence.ts';

/** Labels of every image: what it serves, what it stands on (unless a Dockerfile of the project's says that), and which model is in it. */
export function imageLabels(config: Config, model: ValidateEvidence): Record<string, string> {
  return {
    'org.opencontainers.image.title': config.name,
    ...(config.server.type === 'custom' ? {} : { 'org.opencontainers.image.base.name': config.image.base }),
    'dev.ml-deploy.server': config.server.type,
    'dev.ml-deploy.model.digest': model.model.digest,
  };
}
