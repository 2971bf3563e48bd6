import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { MlDeployError } from '../../errors.ts';
import { authFileVariable } from '../../oci/credentials.ts';
import type { ReadableImage } from '../../oci/image.ts';
import { openBuilt } from '../../oci/layout.ts';
import { parseReference } from '../../oci/reference.ts';
import { isLoopback } from '../../oci/repository.ts';
import { run, type Ended } from '../../process/run.ts';
import type { Builder, BuilderPlaces, BuildRequest } from './builder.ts';
import { writeContext } from './context.ts';
import { buildFailed, lastLine, longestSilenceMs } from './log.ts';

/**
 * Buildah: no daemon, and no root where user namespaces are allowed. Storage, isolation and registries are the user's to set, by
 * Buildah's own variables (`STORAGE_DRIVER`, `BUILDAH_ISOLATION`, `CONTAINERS_REGISTRIES_CONF`, ...).
 */
export const buildah: Builder = { name: 'buildah', dockerfiles: true, available, build };

const answerMs = 30_000;

async function available(places: BuilderPlaces, signal: AbortSignal): Promise<string | null> {
  let ended: Ended;
  try {
    // Opens the storage: that is what fails first without user namespaces.
    ended = await program(places, ['info'], { signal, timeoutMs: answerMs });
  } catch (error) {
    if (!(error instanceof MlDeployError) || error.kind === 'interrupted') throw error;
    return error.message;
  }
  return ended.exitCode === 0 ? null : `buildah cannot be used by this user: ${lastLine(ended.stderr)}`;
}

async function build(request: BuildRequest): Promise<ReadableImage> {
  const { places, signal, layout, folder } = request;
  const { context, dockerfile, target, args, ignore } = await writeContext(request.recipe, folder, false);
  const imageId = join(folder, 'image-id');
  const told = { signal, onLine: (line: string) => hear(line, request) };
  const built = await program(
    places,
    [
      'bud',
      // Each step is kept, so that the next build begins where something changed.
      '--layers',
      '--format=oci',
      // A label with Buildah's version would change the image with every update of it.
      '--identity-label=false',
      `--timestamp=${request.sourceDateEpoch}`,
      `--platform=${request.platform}`,
      `--iidfile=${imageId}`,
      `--file=${dockerfile}`,
      `--build-arg=SOURCE_DATE_EPOCH=${request.sourceDateEpoch}`,
      ...(ignore === null ? [] : [`--ignorefile=${ignore}`]),
      ...(target === null ? [] : [`--target=${target}`]),
      ...Object.entries(args).map(([name, value]) => `--build-arg=${name}=${value}`),
      ...(basePlain(request) ? ['--tls-verify=false'] : []),
      ...(request.noCache === true ? ['--no-cache'] : []),
      ...request.secrets.map(({ id, file }) => `--secret=id=${id},src=${file}`),
      context,
    ],
    told,
  );
  if (built.exitCode !== 0) throw buildFailed('Buildah', `${built.stdout}${built.stderr}`);
  await mkdir(layout, { recursive: true });
  // Its blobs stay: those that the new image shares need not be written again.
  await rm(join(layout, 'index.json'), { force: true });
  request.onStep('write the layers');
  const id = (await readFile(imageId, 'utf8')).trim();
  const pushed = await program(places, ['push', '--compression-format=zstd', id, `oci:${layout}:built`], told);
  if (pushed.exitCode !== 0) throw buildFailed('Buildah', pushed.stderr);
  return openBuilt(layout);
}

/** Whether the only registry that is asked may be asked by plain HTTP. Those of a user's own Dockerfile are told to Buildah by its registries.conf. */
function basePlain({ recipe, insecureHosts }: BuildRequest): boolean {
  if (recipe.kind !== 'base') return false;
  const { host } = parseReference(recipe.base).repository;
  return isLoopback(host) || insecureHosts.includes(host);
}

function hear(line: string, request: BuildRequest): void {
  request.onLine(line);
  // `[2/3] STEP 5/5: RUN pip ...` and `STEP 1/2: FROM ...` are what it begins.
  const step = /^(?:\[\d+\/\d+\] )?STEP \d+\/\d+: (.+)$/.exec(line)?.[1];
  if (step !== undefined) request.onStep(step.replaceAll(/\s+/g, ' ').slice(0, 100));
}

async function program(
  places: BuilderPlaces,
  args: readonly string[],
  options: { signal: AbortSignal; timeoutMs?: number; onLine?: (line: string) => void },
): Promise<Ended> {
  return run({
    command: 'buildah',
    args,
    environment: { ...authFileVariable(places.dockerConfig), ...places.environment },
    silenceMs: longestSilenceMs,
    ...options,
  });
}
