import type { RegistryClient } from '../oci/registry.ts';
import type { BuildEvidence, LayerEvidence } from '../pipeline/evidence.ts';
import type { StageContext } from '../pipeline/stage.ts';
import { explainFullDisk } from './full-disk.ts';
import { describeLayers } from './layers.ts';
import { withImage, type MadeImage } from './make.ts';
import { registryOf } from './target-registry.ts';

/** A layer that is another one than before; null where there was or is none. */
export interface ChangedLayer {
  readonly title: string;
  readonly kind: LayerEvidence['kind'];
  readonly before: string | null;
  readonly now: string | null;
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
  const compared = (made: MadeImage): Promise<CheckedBuild> | CheckedBuild => {
    const { build } = context.evidence;
    return build === undefined ? withRegistry(made, registryOf(context), context) : withEvidence(made, build);
  };
  return explainFullDisk(() => withImage(context, { registry: null, noCache: true }, async (made) => compared(made)));
}

function withEvidence(made: MadeImage, { image, weights }: BuildEvidence): CheckedBuild {
  const now = layersOf(made);
  const then = [...image.layers, ...(weights?.layers ?? [])];
  const length = Math.max(now.length, then.length);
  const layers = Array.from({ length }, (_, index): ChangedLayer[] => {
    const [before, after] = [then[index], now[index]];
    if (before?.digest === after?.digest) return [];
    const { title = '', kind = 'other' } = after ?? before ?? {};
    return [{ title, kind, before: before?.digest ?? null, now: after?.digest ?? null }];
  }).flat();
  return result(made, image.digest === made.written.digest, image.reference, layers);
}

async function withRegistry(
  made: MadeImage,
  registry: RegistryClient,
  { config }: StageContext,
): Promise<CheckedBuild> {
  const same = (await registry.getManifest(made.written.digest)) !== null;
  const layers: ChangedLayer[] = [];
  for (const { title, kind, digest } of same ? [] : layersOf(made)) {
    if (!(await registry.hasBlob(digest))) layers.push({ title, kind, before: null, now: digest });
  }
  return result(made, same, `what ${config.image.repository} has`, layers);
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

function result(made: MadeImage, same: boolean, against: string, layers: readonly ChangedLayer[]): CheckedBuild {
  const { builder, written } = made;
  return { same, digest: written.digest, against, layers, settings: !same && layers.length === 0, builder };
}
