import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { Config } from '../../config/config.ts';
import type { ValidateEvidence } from '../../pipeline/evidence.ts';
import { pinnedVersions } from './requirements.ts';
import { readRequirements } from './sources.ts';

/**
 * Compares the scikit-learn that wrote the model with the one that will load it: scikit-learn itself promises nothing across versions.
 * @param config whose requirements are installed
 * @param model evidence of the model; null: not validated yet
 * @param root folder of mldeploy.yaml
 * @returns a warning per file
 */
export async function sklearnWarnings(
  config: Config,
  model: ValidateEvidence | null,
  root: string,
): Promise<readonly string[]> {
  const written = (model?.model.files ?? []).flatMap(({ path, facts: { sklearn } }) =>
    typeof sklearn === 'string' ? [{ path, version: sklearn }] : [],
  );
  if (written.length === 0) return [];
  const named = config.server.requirements;
  const text = named === null ? await readRequirements('requirements-sklearn.txt') : await readOwn(root, named);
  const pins = pinnedVersions(text, 'scikit-learn');
  // Without a pin there is nothing to compare; that is warned about as such.
  if (pins.length === 0) return [];
  return written
    .filter(({ version }) => !pins.some((pin) => release(pin) === release(version)))
    .map(
      ({ path, version }) =>
        `${path} was written by scikit-learn ${version} and will be loaded by ${pins.join(' or ')}, which may fail or answer otherwise: train it again, or pin scikit-learn==${version} in ${named ?? 'a file that server.requirements names'}`,
    );
}

/** `1.9` of `1.9.1`: within a minor release nothing that is pickled changes. */
function release(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

async function readOwn(root: string, path: string): Promise<string> {
  // Whether it is there is checked elsewhere, with a better message.
  return readFile(resolve(root, path), 'utf8').catch(() => '');
}
