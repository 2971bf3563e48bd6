import { MlDeployError } from '../errors.ts';
import { findImage } from '../oci/image.ts';
import { imageRegistry } from '../pipeline/image-registry.ts';
import type { StartSpec } from './runtimes/runtime.ts';

/**
 * The variables that an image sets, from its config in the registry: a few kilobytes. Null when the registry does not tell.
 * @param image `repository@sha256:...`; of an index the platform of `image.platform`
 * @param context how the registry is reached
 */
export async function imageVariables(
  image: string,
  context: Pick<StartSpec, 'config' | 'access' | 'signal'>,
): Promise<Readonly<Record<string, string>> | null> {
  const unknown = (): MlDeployError =>
    new MlDeployError({
      code: 'smoke/no-image',
      kind: 'infrastructure',
      message: `the registry does not have ${image}`,
    });
  try {
    const { client, reference } = imageRegistry(image, context);
    const refusals = { name: image, missing: unknown, noPlatform: unknown };
    const { config } = await findImage(client, reference, context.config.image.platform, refusals);
    return Object.fromEntries((config.config?.Env ?? []).map(split));
  } catch (error) {
    if (context.signal.aborted || !(error instanceof MlDeployError)) throw error;
    return null;
  }
}

function split(variable: string): [string, string] {
  const at = variable.indexOf('=');
  return at < 0 ? [variable, ''] : [variable.slice(0, at), variable.slice(at + 1)];
}
