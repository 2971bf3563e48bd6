import type { Config } from '../../config/config.ts';
import { parseLayoutReference } from '../../oci/reference.ts';
import { serverOf } from '../../server/index.ts';

/** What the builder has to be able to do. */
export interface BuilderNeeds {
  /** Build the user's own Dockerfile. */
  readonly dockerfile: boolean;
  /** Install Python packages. */
  readonly packages: boolean;
  /** Build on an OCI layout folder. */
  readonly layoutBase: boolean;
}

/**
 * What a project asks of its builder; there need not be a model yet.
 * @param config of the project
 * @returns the same for preflight, build and doctor
 */
export function needsOf(config: Config): BuilderNeeds {
  const { recipe } = serverOf(config);
  if (recipe === 'dockerfile') return { dockerfile: true, packages: false, layoutBase: false };
  const layoutBase = parseLayoutReference(config.image.base) !== null;
  return { dockerfile: false, packages: recipe === 'packages', layoutBase };
}
