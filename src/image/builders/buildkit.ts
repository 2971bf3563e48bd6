import { access, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { MlDeployError } from '../../errors.ts';
import type { ReadableImage } from '../../oci/image.ts';
import { openBuilt } from '../../oci/layout.ts';
import { run, type Ended } from '../../process/run.ts';
import type { Builder, BuilderPlaces, BuildRequest } from './builder.ts';
import { fields, layoutOutput, listener, platformsIn } from './buildkit-output.ts';
import { writeContext } from './context.ts';
import { buildFailed, lastLine, longestSilenceMs } from './log.ts';

/** BuildKit through its own client, buildctl. */
export const buildkit: Builder = { name: 'buildkit', dockerfiles: true, available, platforms, build };

const answerMs = 15_000;

async function available(places: BuilderPlaces, signal: AbortSignal): Promise<string | null> {
  const address = await daemonAddress(places);
  if (address === null) {
    return `no BuildKit daemon: looked at BUILDKIT_HOST and ${defaultSockets(places).join(', ')}`;
  }
  let ended: Ended;
  try {
    ended = await buildctl(places, [...reached(places, address), 'debug', 'workers'], { signal, timeoutMs: answerMs });
  } catch (error) {
    if (!(error instanceof MlDeployError) || error.kind === 'interrupted') throw error;
    return error.message;
  }
  if (ended.exitCode === 0) return null;
  return `the BuildKit daemon at ${address} gives no answer: ${lastLine(ended.stderr)}`;
}

/** A line per worker: its id, and the platforms separated by commas. */
async function platforms(places: BuilderPlaces, signal: AbortSignal): Promise<readonly string[] | null> {
  const address = await daemonAddress(places);
  if (address === null) return null;
  const ended = await buildctl(places, [...reached(places, address), 'debug', 'workers'], {
    signal,
    timeoutMs: answerMs,
  });
  return platformsIn(ended.stdout);
}

async function build(request: BuildRequest): Promise<ReadableImage> {
  const address = await daemonAddress(request.places);
  const { context, dockerfile, target, args: buildArgs } = await writeContext(request.recipe, request.folder, true);
  const { layout } = request;
  // Its blobs stay: those that the new image shares need not be copied again.
  await rm(join(layout, 'index.json'), { force: true });
  const args = [
    ...(address === null ? [] : reached(request.places, address)),
    'build',
    '--progress=plain',
    '--frontend=dockerfile.v0',
    '--local',
    `context=${context}`,
    '--local',
    `dockerfile=${dirname(dockerfile)}`,
    '--opt',
    `filename=${basename(dockerfile)}`,
    ...(target === null ? [] : ['--opt', `target=${target}`]),
    ...Object.entries(buildArgs).flatMap(([name, value]) => ['--opt', `build-arg:${name}=${value}`]),
    '--opt',
    `platform=${request.platform}`,
    '--opt',
    `build-arg:SOURCE_DATE_EPOCH=${request.sourceDateEpoch}`,
    ...(request.noCache === true ? ['--no-cache'] : []),
    ...request.secrets.flatMap(({ id, file }) => ['--secret', fields([`id=${id}`, `src=${file}`])]),
    '--output',
    layoutOutput(layout, request.recipe),
  ];
  const ended = await buildctl(request.places, args, {
    signal: request.signal,
    onLine: listener(request),
  });
  if (ended.exitCode !== 0) throw buildFailed('BuildKit', ended.stderr);
  return openBuilt(layout);
}

async function buildctl(
  places: BuilderPlaces,
  args: readonly string[],
  options: { signal: AbortSignal; timeoutMs?: number; onLine?: (line: string) => void },
): Promise<Ended> {
  const docker = places.dockerConfig === null ? {} : { DOCKER_CONFIG: places.dockerConfig };
  return run({
    command: 'buildctl',
    args,
    environment: { ...places.environment, ...docker },
    silenceMs: longestSilenceMs,
    ...options,
  });
}

/** How buildctl gets to a daemon. It takes certificates by arguments alone, and minds them where none are asked for. */
function reached({ environment }: BuilderPlaces, address: string): string[] {
  const certificates = environment['BUILDKIT_TLS_DIR'] ?? '';
  const secured = address.startsWith('tcp://') && certificates !== '';
  return ['--addr', address, ...(secured ? ['--tlsdir', certificates] : [])];
}

/** Where a daemon listens: as told, else at the usual sockets of root and of this user. */
async function daemonAddress(places: BuilderPlaces): Promise<string | null> {
  const told = places.buildkit ?? places.environment['BUILDKIT_HOST'];
  if (told !== undefined && told !== '') return told;
  for (const socket of defaultSockets(places)) {
    if (await exists(socket)) return `unix://${socket}`;
  }
  return null;
}

function defaultSockets(places: BuilderPlaces): string[] {
  const runtime = places.environment['XDG_RUNTIME_DIR'];
  return [
    '/run/buildkit/buildkitd.sock',
    ...(runtime === undefined ? [] : [join(runtime, 'buildkit', 'buildkitd.sock')]),
  ];
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
