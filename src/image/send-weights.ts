import { join, resolve } from 'node:path';

import type { RegistryClient } from '../oci/registry.ts';
import type { StageContext } from '../pipeline/stage.ts';
import { plural } from '../plural.ts';
import { bytes as formatBytes } from '../report/format.ts';
import type { ImagePlan } from '../server/image-plan.ts';
import { interrupted } from './interrupted.ts';
import { layersInRepository, recallLayers, rememberLayers } from './known-layers.ts';
import { weightLayers, type WeightLayer } from './weights.ts';

/**
 * Reads the model's files, checks them against validate's evidence, and sends the layers that the registry lacks.
 * @param context of the stage
 * @param plan whose weights are read
 * @param registry null: nothing is sent
 * @param modelDigest of validate's evidence
 * @param replaced our own files that stand for files of the model
 * @returns the layers
 * @throws MlDeployError `build/model-changed`, `build/interrupted`, `registry/*`
 */
export async function sendWeights(
  context: StageContext,
  plan: ImagePlan,
  registry: RegistryClient | null,
  modelDigest: string,
  replaced: ReadonlyMap<string, string>,
): Promise<WeightLayer[]> {
  const { access, config, reporter, signal } = context;
  const { weights } = plan;
  const total = weights.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const task = reporter.task(registry === null ? 'read the model files' : 'read the model files and send what is new');
  const cache = join(access.root, '.mldeploy', 'cache');
  let read = 0;
  let sent = 0;
  const show = (): void => {
    const sending = sent === 0 ? '' : `, ${formatBytes(sent)} sent`;
    task.update(
      `${formatBytes(read)} of ${formatBytes(total)} read${sending}`,
      total === 0 ? 1 : Math.min(1, read / total),
    );
  };
  try {
    const layers = await weightLayers({
      weights,
      modelRoot: resolve(access.root, config.model.path),
      replaced,
      store: registry,
      made: await recallLayers(cache),
      known: async (keys) =>
        registry === null ? { digests: new Map(), complete: true } : layersInRepository(registry, modelDigest, keys),
      onRead: (bytes) => {
        if (signal.aborted) throw interrupted();
        read += bytes;
        show();
      },
      onSent: (bytes) => {
        sent += bytes;
        show();
      },
    });
    await rememberLayers(cache, new Map(layers.map(({ key, blob }) => [key, blob.digest])));
    const files = `${plural(weights.files.length, 'file')}, ${formatBytes(total)}, as validated`;
    task.done(registry === null ? files : `${files}; ${sent === 0 ? 'nothing' : formatBytes(sent)} had to be sent`);
    return layers;
  } catch (error) {
    task.fail();
    throw error;
  }
}
