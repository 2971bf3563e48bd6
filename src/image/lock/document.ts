import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { parse, stringify } from 'yaml';

import { MlDeployError } from '../../errors.ts';
import { cut } from '../../cut.ts';

/** Name of the lock, beside mldeploy.yaml. */
export const lockName = 'mldeploy.lock';

/** What a lock was made from; when one of these is another one, the lock says nothing about the build. */
export interface LockInputs {
  /** `image.base`, as it was written. */
  readonly base: string;
  readonly platform: string;
  readonly server: string;
  /** `sha256:` of each requirements file, by its name. */
  readonly requirements: Readonly<Record<string, string>>;
}

/** One image, for the environments that have the same inputs. */
export interface LockedImage {
  /** Sorted; `default` is the file without an overlay. */
  readonly environments: readonly string[];
  readonly inputs: LockInputs;
  /** `sha256:` of the base's manifest for the platform. */
  readonly base: string;
  /** For whom the packages were chosen: `3.12, x86_64, glibc 2.36`; null: there are none. */
  readonly python: string | null;
  /** `name==version` with the digests of its files; null: there are none. */
  readonly packages: Readonly<Record<string, readonly string[]>> | null;
}

/** mldeploy.lock. */
export interface LockDocument {
  readonly version: 1;
  readonly images: readonly LockedImage[];
}

/**
 * Reads the lock of a project.
 * @param root folder of mldeploy.yaml
 * @returns null when there is none
 * @throws MlDeployError `build/lock-invalid`
 */
export async function readLock(root: string): Promise<LockDocument | null> {
  let text: string;
  try {
    text = await readFile(join(root, lockName), 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw invalid(cause instanceof Error ? cause.message : String(cause), cause);
  }
  return parseLock(text);
}

/**
 * Reads the text of a lock.
 * @param text YAML
 * @returns the document, its form checked
 * @throws MlDeployError `build/lock-invalid`
 */
export function parseLock(text: string): LockDocument {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 });
  } catch (cause) {
    throw invalid(cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause), cause);
  }
  if (!isRecord(value) || value['version'] !== 1) throw invalid('it has no `version: 1`');
  const { images } = value;
  if (!Array.isArray(images)) throw invalid('it has no list `images`');
  const found = images.find((image) => !isLockedImage(image)) as unknown;
  if (found !== undefined) throw invalid(`an entry of \`images\` is incomplete: ${cut(JSON.stringify(found), 120)}`);
  return { version: 1, images: images as LockedImage[] };
}

/**
 * The text of a lock: sorted, so that a change shows as what it is.
 * @param document what is locked
 * @returns YAML
 */
export function renderLock(document: LockDocument): string {
  const images = document.images
    .map(({ environments, inputs, base, python, packages }) => ({
      environments: environments.toSorted(),
      inputs: { ...inputs, requirements: sorted(inputs.requirements) },
      base,
      python,
      packages: packages === null ? null : sorted(packages),
    }))
    .sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  const head =
    '# Written by `ml-deploy lock`, to be committed: the exact base image and packages of the image.\n# Newer ones: `ml-deploy lock --update`.\n';
  return `${head}${stringify({ version: document.version, images }, { lineWidth: 0 })}`;
}

function orderOf({ environments, inputs }: LockedImage): string {
  return `${environments[0] ?? ''} ${inputs.platform}`;
}

function isLockedImage(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { environments, inputs, base, python, packages } = value;
  return (
    isStrings(environments) &&
    isRecord(inputs) &&
    ['base', 'platform', 'server'].every((key) => typeof inputs[key] === 'string') &&
    isRecord(inputs['requirements']) &&
    isStrings(Object.values(inputs['requirements'])) &&
    isDigest(base) &&
    (python === null || typeof python === 'string') &&
    (packages === null ||
      (isRecord(packages) &&
        Object.entries(packages).every(
          ([name, hashes]) => !/[\s\\]/.test(name) && isStrings(hashes) && hashes.length > 0 && hashes.every(isDigest),
        )))
  );
}

function isDigest(value: unknown): boolean {
  return typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted<Value>(values: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function invalid(what: string, cause?: unknown): MlDeployError {
  return new MlDeployError({
    code: 'build/lock-invalid',
    kind: 'usage',
    message: `${lockName} cannot be used: ${what}`,
    hint: 'Run `ml-deploy lock` to write it anew (after a merge: resolve mldeploy.yaml first, then delete the lock).',
    ...(cause === undefined ? {} : { cause }),
  });
}
