import type { Config } from '../../config/config.ts';
import type { Access, StageContext } from '../../pipeline/stage.ts';
import type { ImagePlan } from '../../server/image-plan.ts';
import { plannedImage } from '../planned-image.ts';
import { perPlatform } from '../platforms.ts';
import { applyLock } from './apply.ts';
import { lockName, readLock } from './document.ts';
import { checkInputs, entryOf, lockInputs } from './inputs.ts';

/**
 * The base as the build will name it.
 * @param config of one platform
 * @param access to the folder of the lock
 * @returns with the digest of the lock, if there is one for the environment
 */
export async function expectedBase(config: Config, access: Access): Promise<string> {
  const { base } = config.image;
  const lock = await readLock(access.root);
  return lock === null || base.includes('@') ? base : `${base}@${entryOf(lock, config).base}`;
}

/**
 * Checks before anything is built that the lock, if there is one, is about this project as it is now.
 * @param context of the stage; without evidence of validate the packages that depend on the model are left to the build
 * @throws MlDeployError `build/lock-invalid`, `build/lock-outdated`
 */
export async function checkLock(context: StageContext): Promise<void> {
  const { config, access, evidence, reporter } = context;
  const lock = await readLock(access.root);
  if (lock === null) {
    reporter.note('info', `the build is not pinned: there is no ${lockName} (\`ml-deploy lock\` writes it)`);
    return;
  }
  for (const each of perPlatform(config)) {
    if (evidence.validate !== undefined) {
      await pinnedPlan({ config: each, access }, await plannedImage(each, evidence.validate, access.root));
      continue;
    }
    const { base, platform } = each.image;
    checkInputs(entryOf(lock, each), { base, platform, server: config.server.type });
  }
}

/**
 * The plan as the lock of the project pins it.
 * @param context of the stage
 * @param plan of the server
 * @returns the same plan when there is no lock, or nothing to pin
 * @throws MlDeployError `build/lock-invalid`, `build/lock-outdated`
 */
export async function pinnedPlan(
  context: Pick<StageContext, 'config' | 'access'>,
  plan: ImagePlan,
): Promise<{ plan: ImagePlan; locked: boolean }> {
  const { config, access } = context;
  const lock = await readLock(access.root);
  const inputs = lockInputs(plan, config.server.type);
  if (lock === null || inputs === null) return { plan, locked: false };
  const entry = entryOf(lock, config);
  checkInputs(entry, inputs);
  return { plan: applyLock(plan, entry), locked: true };
}
