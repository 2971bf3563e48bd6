import { imageIndex } from '../oci/image-index.ts';
import type { RegistryClient } from '../oci/registry.ts';
import type { BuildEvidence, LayerEvidence } from '../pipeline/evidence.ts';
import type { StageContext } from '../pipeline/stage.ts';
import { explainDisk } from './disk.ts';
import { describeLayers } from './layers.ts';
import { withImages, type MadeImage } from './make.ts';
import { registryOf } from './target-registry.ts';

/** A layer that is another one than before; null where there was or is none. */
export interface ChangedLayer {
  readonly title: string;
  readonly kind: LayerEvidence['kind'];
  readonly before: string | null;
  readonly now: string | null;
  /** Where there are several; else null. */
  readonly platform: string | null;
}

/** A build that was repeated. */
export interface CheckedBuild {
  readonly same: boolean;
  readonly digest: string;
  /** What it was compared with: the image of the last evidence, or what the registry has. */
  readonly against: string;
  readonly layers: readonly ChangedLayer[];
  /** All layers are the same, and what the image says about starting it is not. */
  readonly settings: boolean;
  readonly builder: string;
}

/**
 * Builds anew, without caches, and compares; nothing is pushed. Where there is no evidence of an earlier build, the registry is asked
 * whether it has the same image, and which of its layers it has.
 * @param context of the stage
 * @returns the comparison
 * @throws MlDeployError `build/*`, `registry/*`
 */
export async function checkBuild(context: StageContext): Promise<CheckedBuild> {
  return explainDisk(() =>
    withImages(context, { registry: null, noCache: true }, async (made) => {
      const { build } = context.evidence;
      return build === undefined ? withRegistry(made, registryOf(context), context) : withEvidence(made, build);
    }),
  );
}

type Made = readonly [MadeImage, ...MadeImage[]];

function withEvidence(made: Made, { image, weights }: BuildEvidence): CheckedBuild {
  const before = image.platforms ?? [image];
  const layers = made.flatMap((each) => {
    const { platform } = each.plan;
    const own = before.find((other) => other.platform === platform)?.layers ?? [];
    const then = [...own, ...(weights?.layers ?? [])];
    return changedLayers(then, layersOf(each), made.length === 1 ? null : platform);
  });
  return result(made, image.digest === digestOfAll(made), image.reference, layers);
}

function changedLayers(
  then: readonly LayerEvidence[],
  now: readonly LayerEvidence[],
  platform: string | null,
): ChangedLayer[] {
  const length = Math.max(now.length, then.length);
  return Array.from({ length }, (_, index): ChangedLayer[] => {
    const [before, after] = [then[index], now[index]];
    if (before?.digest === after?.digest) return [];
    const { title = '', kind = 'other' } = after ?? before ?? {};
    return [{ title, kind, before: before?.digest ?? null, now: after?.digest ?? null, platform }];
  }).flat();
}

async function withRegistry(made: Made, registry: RegistryClient, { config }: StageContext): Promise<CheckedBuild> {
  const same = (await registry.getManifest(digestOfAll(made))) !== null;
  const layers: ChangedLayer[] = [];
  for (const each of same ? [] : made) {
    const platform = made.length === 1 ? null : each.plan.platform;
    for (const { title, kind, digest } of layersOf(each)) {
      if (!(await registry.hasBlob(digest))) layers.push({ title, kind, before: null, now: digest, platform });
    }
  }
  return result(made, same, `what ${config.image.repository} has`, layers);
}

function digestOfAll(made: Made): string {
  return made.length === 1 ? made[0].written.digest : imageIndex(made.map(({ written }) => written)).digest;
}

/** Those of the model too, when it is beside the image. */
function layersOf({ written, plan, layers, beside }: MadeImage): LayerEvidence[] {
  const own = describeLayers(written.manifest.layers, plan.recipe, layers);
  const others = (beside?.layers ?? []).map(({ blob: { digest, size }, kind, title }) => ({
    digest,
    bytes: size,
    kind,
    title,
  }));
  return [...own, ...others];
}

function result(made: Made, same: boolean, against: string, layers: readonly ChangedLayer[]): CheckedBuild {
  const settings = !same && layers.length === 0;
  return { same, digest: digestOfAll(made), against, layers, settings, builder: made[0].builder };
}
