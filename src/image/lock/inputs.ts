import { MlDeployError } from '../../errors.ts';
import { digestOf } from '../../oci/manifest.ts';
import type { ImagePlan } from '../../server/image-plan.ts';
import { lockName, type LockDocument, type LockedImage, type LockInputs } from './document.ts';

/**
 * What a lock of this plan depends on.
 * @param plan of the image
 * @param server `server.type`
 * @returns null for the user's own Dockerfile, which says itself what it builds on
 */
export function lockInputs(plan: ImagePlan, server: string): LockInputs | null {
  const { recipe, platform } = plan;
  if (recipe.kind !== 'base') return null;
  const files = recipe.packages?.requirements ?? [];
  return {
    base: recipe.base,
    platform,
    server,
    requirements: Object.fromEntries(files.map(({ name, text }) => [name, digestOf(text)])),
  };
}

/** The part of a configuration by which an entry of the lock is found. */
interface LockedFor {
  readonly environment: string | null;
  readonly image: { readonly platform: string };
}

/**
 * The entry of an environment and a platform.
 * @param lock that was read
 * @param config of the environment, for one platform
 * @returns what is pinned; for a platform that the lock does not know, what is pinned for another one, which then does not fit
 * @throws MlDeployError `build/lock-outdated` when the lock does not know the environment
 */
export function entryOf(lock: LockDocument, config: LockedFor): LockedImage {
  const { environment, image } = config;
  const name = environment ?? 'default';
  const ours = lock.images.filter(({ environments }) => environments.includes(name));
  const found = ours.find(({ inputs }) => inputs.platform === image.platform) ?? ours[0];
  if (found === undefined) throw outdated([`it does not know the environment ${name}`]);
  return found;
}

/**
 * Refuses a lock that was made from something else.
 * @param locked entry of the environment
 * @param now what the build is about; `requirements` may be left out while they are not known
 * @throws MlDeployError `build/lock-outdated`, which names what changed
 */
export function checkInputs(
  locked: LockedImage,
  now: Omit<LockInputs, 'requirements'> & Partial<Pick<LockInputs, 'requirements'>>,
): void {
  const before = locked.inputs;
  const changes: string[] = [];
  const compare = (key: string, was: string, is: string): void => {
    if (was !== is) changes.push(`${key} was ${was} and is ${is}`);
  };
  compare('image.base', before.base, now.base);
  compare('image.platform', before.platform, now.platform);
  compare('server.type', before.server, now.server);
  if (now.requirements !== undefined) {
    const names = new Set([...Object.keys(before.requirements), ...Object.keys(now.requirements)]);
    for (const name of [...names].sort()) {
      const [was, is] = [before.requirements[name], now.requirements[name]];
      if (was === is) continue;
      const what = was === undefined ? 'are new' : is === undefined ? 'are no longer there' : 'have changed';
      changes.push(`the requirements ${name} ${what}`);
    }
  }
  if (changes.length > 0) throw outdated(changes);
}

function outdated(changes: readonly string[]): MlDeployError {
  return new MlDeployError({
    code: 'build/lock-outdated',
    kind: 'usage',
    message: `${lockName} is out of date: ${changes.join('; ')}`,
    hint: 'Run `ml-deploy lock`, look at what it changes, and commit it.',
  });
}
