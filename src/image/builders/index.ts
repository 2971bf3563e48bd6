import type { ImageConfig } from '../../config/config.ts';
import { MlDeployError } from '../../errors.ts';
import type { Builder, BuilderPlaces } from './builder.ts';
import { buildah } from './buildah.ts';
import { buildkit } from './buildkit.ts';

/** In the order in which `auto` tries them. */
const builders: readonly Builder[] = [buildkit, buildah];

/**
 * The builder of a project: the one it names, else the first that answers.
 * @param wanted `image.builder`
 * @param places where programs and daemons are
 * @param signal aborts the search
 * @returns a builder that answered
 * @throws MlDeployError `build/no-builder` with what was looked for
 */
export async function chooseBuilder(
  wanted: ImageConfig['builder'],
  places: BuilderPlaces,
  signal: AbortSignal,
): Promise<Builder> {
  const reasons: string[] = [];
  for (const builder of builders) {
    if (wanted !== 'auto' && builder.name !== wanted) continue;
    const reason = await builder.available(places, signal);
    if (reason === null) return builder;
    reasons.push(`${builder.name}: ${reason}`);
  }
  throw new MlDeployError({
    code: 'build/no-builder',
    kind: 'infrastructure',
    message: `no builder can be used here. ${reasons.join('; ')}`,
    hint: 'Install buildctl and start buildkitd, or set BUILDKIT_HOST to the address of a running daemon; or install buildah, which needs no daemon.',
  });
}
