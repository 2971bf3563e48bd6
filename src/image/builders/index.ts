import type { ImageConfig } from '../../config/config.ts';
import { MlDeployError } from '../../errors.ts';
import type { Builder, BuilderPlaces } from './builder.ts';
import { buildah } from './buildah.ts';
import { buildkit } from './buildkit.ts';
import { buildx } from './buildx.ts';
import type { BuilderNeeds } from './needs.ts';
import { oci } from './oci/index.ts';

/** In the order in which `auto` tries them. */
const builders: readonly Builder[] = [buildkit, buildx, buildah, oci];

/** A builder, and why it is this one. */
export interface ChosenBuilder {
  readonly builder: Builder;
  /** A sentence for people. */
  readonly why: string;
}

/**
 * The builder of a project: the one it names, else the first that answers.
 * @param wanted `image.builder`
 * @param needs what it has to be able to do
 * @param places where programs and daemons are
 * @param signal aborts the search
 * @returns a builder that answered
 * @throws MlDeployError `build/no-builder` with what was looked for
 */
export async function chooseBuilder(
  wanted: ImageConfig['builder'],
  needs: BuilderNeeds,
  places: BuilderPlaces,
  signal: AbortSignal,
): Promise<ChosenBuilder> {
  const reasons: string[] = [];
  for (const builder of builders) {
    if (wanted !== 'auto' && builder.name !== wanted) continue;
    const reason =
      needs.dockerfile && !builder.dockerfiles
        ? 'it runs nothing, and a Dockerfile has to be run'
        : needs.layoutBase && builder.layoutBases !== true
          ? 'it cannot build on an OCI layout folder'
          : await builder.available(places, signal, needs.packages);
    if (reason !== null) {
      reasons.push(`${builder.name}: ${reason}`);
      continue;
    }
    const because =
      wanted !== 'auto' ? 'image.builder names it' : reasons.length === 0 ? 'it answers' : reasons.join('; ');
    return { builder, why: `builder ${builder.name}: ${because}` };
  }
  throw new MlDeployError({
    code: 'build/no-builder',
    kind: 'infrastructure',
    message: `no builder can be used here. ${reasons.join('; ')}`,
    hint: needs.dockerfile
      ? 'Install buildctl and start buildkitd, or set BUILDKIT_HOST to the address of a running daemon; or install buildah, which needs no daemon.'
      : 'Install uv or Python with pip (image.builder: oci needs no daemon), or buildctl and a BuildKit daemon (BUILDKIT_HOST), or buildah.',
  });
}
