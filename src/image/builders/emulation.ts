import { MlDeployError } from '../../errors.ts';
import { fitsPlatform } from '../../oci/image.ts';
import type { Builder, BuilderPlaces } from './builder.ts';
import type { BuilderNeeds } from './needs.ts';

/**
 * Refuses platforms whose programs the builder cannot run, before it begins with one that it can.
 * @param builder that was chosen
 * @param needs a base as it is runs nothing
 * @param wanted platforms of the image
 * @param places where the builder's daemon is
 * @param signal aborts the question
 * @throws MlDeployError `build/no-emulation`
 */
export async function checkEmulation(
  builder: Builder,
  needs: BuilderNeeds,
  wanted: readonly string[],
  places: BuilderPlaces,
  signal: AbortSignal,
): Promise<void> {
  if ((!needs.packages && !needs.dockerfile) || builder.platforms === undefined) return;
  const known = await builder.platforms(places, signal);
  const foreign = known === null ? [] : wanted.filter((name) => !known.some((own) => fitsPlatform(own, name)));
  if (known === null || foreign.length === 0) return;
  const without = needs.dockerfile ? '' : ', or set image.builder: oci, which runs nothing';
  throw new MlDeployError({
    code: 'build/no-emulation',
    kind: 'infrastructure',
    message: `${builder.name} cannot run programs of ${foreign.join(', ')} here, only of ${known.join(', ')}`,
    hint: `Install emulation on the machine of the builder (on GitHub: docker/setup-qemu-action), use a builder on such a machine${without}.`,
  });
}
