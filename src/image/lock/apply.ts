import type { ImagePlan } from '../../server/image-plan.ts';
import type { LockedImage } from './document.ts';
import { indexOptions } from './requirements-text.ts';

/**
 * The plan with what the lock says: the base by its digest, and one requirements file with all packages and the digests of their files.
 * @param plan whose inputs are those of the lock
 * @param locked entry of the environment
 * @returns the same plan when it is the user's own Dockerfile
 */
export function applyLock(plan: ImagePlan, locked: LockedImage): ImagePlan {
  const { recipe } = plan;
  if (recipe.kind !== 'base') return plan;
  const { packages } = recipe;
  const base = recipe.base.includes('@') ? recipe.base : `${recipe.base}@${locked.base}`;
  if (packages === null || locked.packages === null) return { ...plan, recipe: { ...recipe, base } };
  const options = new Set(packages.requirements.flatMap(({ text }) => indexOptions(text)));
  const pins = Object.entries(locked.packages).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = pins.map(([name, hashes]) => [name, ...hashes.map((hash) => `    --hash=${hash}`)].join(' \\\n'));
  const text = `${[...options, ...lines].join('\n')}\n`;
  const requirements = [{ name: 'locked.txt', text, hashed: true, constraints: null }];
  return { ...plan, recipe: { ...recipe, base, packages: { ...packages, requirements } } };
}
