import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import type { Config } from '../../config/config.ts';
import { MlDeployError } from '../../errors.ts';
import { absoluteReference } from '../../oci/reference.ts';
import type { ValidateEvidence } from '../../pipeline/evidence.ts';
import type { Reporter } from '../../pipeline/reporter.ts';
import type { Access } from '../../pipeline/stage.ts';
import { plural } from '../../plural.ts';
import { replaceFile } from '../../replace-file.ts';
import type { ImagePlan, PythonPackages } from '../../server/image-plan.ts';
import { openBase, pythonOf } from '../builders/oci/base.ts';
import { findInstaller, noInstaller } from '../builders/oci/installer.ts';
import { wheelTarget } from '../builders/oci/wheel-platforms.ts';
import { insecureHosts, placesOf } from '../builders/places.ts';
import { explainDisk } from '../disk.ts';
import { plannedImage } from '../planned-image.ts';
import { perPlatform } from '../platforms.ts';
import { changesBetween } from './changes.ts';
import { lockName, readLock, renderLock, type LockDocument, type LockedImage, type LockInputs } from './document.ts';
import { lockInputs } from './inputs.ts';
import { resolvePackages } from './resolve.ts';

/** One environment of a project. */
export interface LockTarget {
  readonly config: Config;
  readonly model: ValidateEvidence;
}

/** What writing a lock needs. */
export interface LockRequest {
  readonly targets: readonly LockTarget[];
  readonly access: Access;
  /** Takes the newest of everything, instead of what the lock has. */
  readonly update: boolean;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/** What became of the lock. */
export interface LockReport {
  readonly changed: boolean;
  readonly images: readonly LockedImageReport[];
}

/** What became of one entry of the lock. */
export interface LockedImageReport {
  readonly environments: readonly string[];
  readonly platform: string;
  readonly changes: readonly string[];
}

interface Wanted {
  readonly environments: string[];
  readonly inputs: LockInputs;
  readonly plan: ImagePlan;
  readonly config: Config;
}

/**
 * Writes the lock of a project: what is locked already stays, unless it is asked for anew or what it was made from has changed.
 * Environments that are not among the targets are left as they are.
 * @param request what to lock
 * @returns what changed
 * @throws MlDeployError `build/*`, `registry/*`
 */
export async function writeLock(request: LockRequest): Promise<LockReport> {
  return explainDisk(() => write(request));
}

async function write(request: LockRequest): Promise<LockReport> {
  const { access, reporter } = request;
  const old = await readLock(access.root).catch((error: unknown) => {
    if (!(error instanceof MlDeployError) || error.code !== 'build/lock-invalid') throw error;
    reporter.note('warning', `${error.message}; it is written anew`);
    return null;
  });
  const wanted = await wantedImages(request.targets, access.root);
  const images: LockedImage[] = [];
  const reports: LockedImageReport[] = [];
  for (const image of wanted) {
    const before = previous(old, image);
    // Other platforms get the same versions where they can.
    const sibling = [...images, ...(request.update ? [] : (old?.images ?? []))].find(({ environments }) =>
      environments.some((name) => image.environments.includes(name)),
    );
    const after = await lockImage(request, image, before, sibling?.packages ?? null);
    images.push(after);
    const { platform } = image.inputs;
    reports.push({ environments: after.environments, platform, changes: changesBetween(before, after) });
  }
  const text = renderLock({ version: 1, images: [...untouched(old, wanted), ...images] });
  const path = join(access.root, lockName);
  const changed = (await readFile(path, 'utf8').catch(() => null)) !== text;
  if (changed) await replaceFile(path, text);
  return { changed, images: reports };
}

/** One image for all environments that have the same inputs. */
async function wantedImages(targets: readonly LockTarget[], root: string): Promise<Wanted[]> {
  const images = new Map<string, Wanted>();
  const all = targets.flatMap(({ config, model }) => perPlatform(config).map((each) => ({ config: each, model })));
  for (const { config, model } of all) {
    const plan = await plannedImage(config, model, root);
    const inputs = lockInputs(plan, config.server.type);
    if (inputs === null) continue; // the user's own Dockerfile says itself what it builds on
    const key = JSON.stringify(inputs);
    const known = images.get(key);
    const name = config.environment ?? 'default';
    if (known === undefined) images.set(key, { environments: [name], inputs, plan, config });
    else known.environments.push(name);
  }
  return [...images.values()];
}

function previous(old: LockDocument | null, { environments, inputs }: Wanted): LockedImage | null {
  const images = (old?.images ?? []).filter((image) => image.inputs.platform === inputs.platform);
  const same = images.find(
    (image) => JSON.stringify(sortedInputs(image.inputs)) === JSON.stringify(sortedInputs(inputs)),
  );
  return same ?? images.find((image) => image.environments.some((name) => environments.includes(name))) ?? null;
}

/** Entries of other environments; those that are locked now leave them. */
function untouched(old: LockDocument | null, wanted: readonly Wanted[]): LockedImage[] {
  const names = new Set(wanted.flatMap(({ environments }) => environments));
  return (old?.images ?? [])
    .map((image) => ({ ...image, environments: image.environments.filter((name) => !names.has(name)) }))
    .filter(({ environments }) => environments.length > 0);
}

async function lockImage(
  request: LockRequest,
  image: Wanted,
  before: LockedImage | null,
  sibling: LockedImage['packages'],
): Promise<LockedImage> {
  const { environments, inputs, plan, config } = image;
  const kept = request.update ? null : before;
  if (kept !== null && JSON.stringify(sortedInputs(kept.inputs)) === JSON.stringify(sortedInputs(inputs))) {
    return { ...kept, environments };
  }
  const { recipe } = plan;
  if (recipe.kind !== 'base') throw new TypeError('a Dockerfile of the user has no lock');
  const task = request.reporter.task(`lock ${environments.join(', ')}`, { estimateMs: 20_000 });
  try {
    const sameBase = kept?.inputs.base === inputs.base && kept.inputs.platform === inputs.platform;
    const name = sameBase && !inputs.base.includes('@') ? `${inputs.base}@${kept.base}` : inputs.base;
    task.update(`look up ${name}`);
    const cache = join(request.access.root, '.mldeploy', 'cache');
    const base = await openBase(absoluteReference(name, request.access.root), inputs.platform, {
      places: placesOf(request.access),
      insecureHosts: insecureHosts(config.image),
      mirrors: config.image.mirrors,
      cache,
      signal: request.signal,
    });
    const { packages } = recipe;
    if (packages === null) {
      task.done();
      return { environments, inputs, base: base.digest, python: null, packages: null };
    }
    const python = await pythonOf(base, name, cache, () => task.update('look for Python in the layers of the base'));
    const wheels = wheelTarget(inputs.platform, python.libc);
    const target = { version: python.version, wheels };
    const preferred = kept?.packages ?? sibling;
    const locked = await withPackages(request, config, packages, target, preferred, (step) => task.update(step));
    task.done(plural(Object.keys(locked).length, 'package'));
    return { environments, inputs, base: base.digest, python: `${python.version}, ${wheels.label}`, packages: locked };
  } catch (error) {
    task.fail();
    throw error;
  }
}

async function withPackages(
  { access, signal, reporter }: LockRequest,
  config: Config,
  packages: PythonPackages,
  target: { version: string; wheels: ReturnType<typeof wheelTarget> },
  preferred: LockedImage['packages'],
  onStep: (step: string) => void,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const installer = await findInstaller(access.environment, signal, target);
  if (installer === null) throw noInstaller(target);
  onStep(`choose packages with ${installer.name}`);
  const parent = join(access.root, '.mldeploy');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'build-'));
  try {
    return await resolvePackages({
      installer,
      target,
      requirements: packages.requirements,
      preferred,
      secrets: config.image.secrets.map(({ id, file }) => ({ id, file: resolve(access.root, file) })),
      environment: access.environment,
      folder,
      signal,
      onLine: (line) => reporter.output(installer.name, line),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function sortedInputs({ base, platform, server, requirements }: LockInputs): unknown {
  return [base, platform, server, Object.entries(requirements).sort(([a], [b]) => (a < b ? -1 : 1))];
}
