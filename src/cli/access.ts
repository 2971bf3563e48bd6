import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import type { Access } from '../pipeline/stage.ts';
import { version } from '../version.ts';
import { credentialsOf, secretVariables } from './secrets.ts';

/** What options of the command line say about places and credentials; they win over the environment. */
export interface AccessOptions {
  readonly root: string;
  readonly kubeconfig?: string | null;
  readonly kubeContext?: string | null;
  /** Name of this run, instead of the machine's. */
  readonly name?: string | undefined;
  readonly engineImage?: string | null;
}

/**
 * Fills in what the host gives: `KUBECONFIG`, `BUILDKIT_HOST`, `DOCKER_CONFIG`, and `MLDEPLOY_ENGINE_IMAGE` (reference of this engine's
 * own image by digest, set inside that image).
 */
export function accessFrom(
  environment: Readonly<Record<string, string | undefined>>,
  { root, kubeconfig, kubeContext, name, engineImage }: AccessOptions,
): Access {
  const file = kubeconfig ?? null;
  return {
    root,
    secrets: () => [...credentialsOf(file, environment), ...secretVariables(environment)],
    kubeconfig: kubeconfig ?? filled(environment['KUBECONFIG']),
    kubeContext: kubeContext ?? null,
    buildkit: filled(environment['BUILDKIT_HOST']),
    dockerConfig: filled(environment['DOCKER_CONFIG']) ?? join(filled(environment['HOME']) ?? homedir(), '.docker'),
    environment: Object.fromEntries(
      Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    host: name ?? hostname(),
    engineImage: engineImage ?? filled(environment['MLDEPLOY_ENGINE_IMAGE']),
    engine: `ml-deploy/${version}`,
  };
}

/** An empty variable is the usual way to unset one. */
function filled(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}
