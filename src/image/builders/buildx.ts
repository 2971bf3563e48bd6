import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { MlDeployError } from '../../errors.ts';
import type { ReadableImage } from '../../oci/image.ts';
import { openBuilt } from '../../oci/layout.ts';
import { run, type Ended } from '../../process/run.ts';
import type { Builder, BuilderPlaces, BuildRequest } from './builder.ts';
import { fields, layoutOutput, listener, platformsIn } from './buildkit-output.ts';
import { writeContext } from './context.ts';

import { buildFailed, lastLine, longestSilenceMs } from './log.ts';

/** BuildKit through buildx, the way it is there on GitHub's runners; the builder in use is the user's to choose. */
export const buildx: Builder = { name: 'buildx', dockerfiles: true, available, platforms, build };

const answerMs = 15_000;

/** How buildx is called: as Docker's plugin, or by itself. */
type Client = readonly [command: string, ...first: string[]];
const clients: readonly Client[] = [['docker', 'buildx'], ['buildx']];

async function available(places: BuilderPlaces, signal: AbortSignal): Promise<string | null> {
  const client = await clientOf(places, signal);
  if (client === null) return 'neither `docker buildx` nor `buildx` answers';
  const ended = await call(client, places, ['inspect'], { signal, timeoutMs: answerMs });
  if (ended.exitCode !== 0) return `the builder in use cannot be read: ${lastLine(ended.stderr)}`;
  const driver = /^Driver:\s*(\S+)/m.exec(ended.stdout)?.[1] ?? 'unknown';
  if (driver === 'docker') {
    return 'the builder in use is Docker itself, which cannot write layers to a folder: run `docker buildx create --use`, or docker/setup-buildx-action in a workflow';
  }
  // Only a daemon of somebody else's is not started by the build itself.
  const error = /^Error:\s*(.+)$/m.exec(ended.stdout)?.[1];
  return driver === 'remote' && error !== undefined ? `the builder in use gives no answer: ${error}` : null;
}

/** Told of nodes that run; a builder in a container is started by its first build. */
async function platforms(places: BuilderPlaces, signal: AbortSignal): Promise<readonly string[] | null> {
  const client = await clientOf(places, signal);
  if (client === null) return null;
  const ended = await call(client, places, ['inspect'], { signal, timeoutMs: answerMs });
  return platformsIn([...ended.stdout.matchAll(/^Platforms:(.*)$/gm)].map(([, names]) => names ?? '').join());
}

async function build(request: BuildRequest): Promise<ReadableImage> {
  const { places, signal, layout } = request;
  const { context, dockerfile, target, args } = await writeContext(request.recipe, request.folder, true);
  const client = (await clientOf(places, signal)) ?? ['docker', 'buildx'];
  // Its blobs stay: those that the new image shares need not be copied again.
  await rm(join(layout, 'index.json'), { force: true });
  const options = [
    '--progress=plain',
    `--file=${dockerfile}`,
    `--platform=${request.platform}`,
    // Attestations inside the index would give it another digest at every build.
    '--provenance=false',
    '--sbom=false',
    `--build-arg=SOURCE_DATE_EPOCH=${request.sourceDateEpoch}`,
    ...(target === null ? [] : [`--target=${target}`]),
    ...Object.entries(args).map(([name, value]) => `--build-arg=${name}=${value}`),
    ...(request.noCache === true ? ['--no-cache'] : []),
    ...request.secrets.map(({ id, file }) => `--secret=${fields([`id=${id}`, `src=${file}`])}`),
    `--output=${layoutOutput(layout, request.recipe)}`,
  ];
  const ended = await call(client, places, ['build', ...options, context], {
    signal,
    onLine: listener(request),
  });
  if (ended.exitCode !== 0) throw buildFailed('BuildKit', ended.stderr);
  return openBuilt(layout);
}

/** The first that knows its own version: a Docker client without the plugin does not know the word. */
async function clientOf(places: BuilderPlaces, signal: AbortSignal): Promise<Client | null> {
  for (const client of clients) {
    try {
      const ended = await call(client, places, ['version'], { signal, timeoutMs: answerMs });
      if (ended.exitCode === 0) return client;
    } catch (error) {
      if (!(error instanceof MlDeployError) || error.kind === 'interrupted') throw error;
    }
  }
  return null;
}

async function call(
  [command, ...first]: Client,
  places: BuilderPlaces,
  args: readonly string[],
  options: { signal: AbortSignal; timeoutMs?: number; onLine?: (line: string) => void },
): Promise<Ended> {
  const docker = places.dockerConfig === null ? {} : { DOCKER_CONFIG: places.dockerConfig };
  return run({
    command,
    args: [...first, ...args],
    environment: { ...places.environment, ...docker },
    silenceMs: longestSilenceMs,
    ...options,
  });
}
