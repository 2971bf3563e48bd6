import { writeFile, open } from 'node:fs/promises';
import { join, posix, resolve } from 'node:path';

import type { Task } from '../../../pipeline/reporter.ts';
import { readLayer } from '../../../oci/read-layer.ts';
import type { ReadableImage } from '../../../oci/image.ts';
import type { Builder } from '../../builders/builder.ts';
import { insecureHosts, placesOf } from '../../builders/places.ts';
import { toolDockerfile } from './dockerfile.ts';
import type { Prepared } from './run.ts';
import { toolBase } from './tool-base.ts';

/**
 * Runs the program in a stage of a build; its output is the only layer of an image that is published nowhere.
 * @throws MlDeployError `build/*`
 */
export async function runInImage(
  { context, folder, files, out, noCache }: Prepared,
  builder: Builder,
  task: Task,
): Promise<void> {
  const { config, access, reporter, signal } = context;
  const file = join(folder, 'Dockerfile');
  await writeFile(file, toolDockerfile(await toolBase(context), builder.name !== 'buildah'));
  const image = await builder.build({
    recipe: { kind: 'dockerfile', file, context: files, target: null, args: {}, excluded: [] },
    platform: config.image.platform,
    folder,
    layout: join(folder, 'layout'),
    cache: join(access.root, '.mldeploy', 'cache'),
    insecureHosts: insecureHosts(config.image),
    places: placesOf(access),
    secrets: config.image.secrets.map(({ id, file: secret }) => ({ id, file: resolve(access.root, secret) })),
    sourceDateEpoch: 0,
    noCache,
    signal,
    onStep: (step) => task.update(step),
    onLine: (line) => reporter.output(builder.name, line),
  });
  await extract(image, out);
}

/** Files only, and only at the top: nothing that a layer may hold besides is written. */
async function extract(image: ReadableImage, out: string): Promise<void> {
  for (const layer of image.manifest.layers) {
    await readLayer(layer, image.blob(layer).read(0), async ({ kind, path }) => {
      const name = posix.basename(path);
      if (kind !== 'file' || posix.join('/', path) !== `/${name}`) return null;
      const file = await open(join(out, name), 'w', 0o644);
      return {
        write: async (piece) => {
          await file.writeFile(piece);
        },
        end: () => file.close(),
      };
    });
  }
}
