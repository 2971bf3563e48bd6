import type { Config } from '../config/config.ts';
import { MlDeployError } from '../errors.ts';
import { modelAnnotations, weightsLabel } from '../oci/layer-content.ts';
import { parseConfig } from '../oci/parse.ts';
import { platformImages } from '../oci/pull/platform-images.ts';
import { readModelImage } from '../oci/pull/read-model-image.ts';
import type { RegistryClient } from '../oci/registry.ts';
import { imageRegistry } from './image-registry.ts';
import type { StageContext } from './stage.ts';

/** What the registry says of an image that the user named, which was built elsewhere. */
export interface NamedImage {
  /** `sha256:...` of each platform's manifest; empty: the image is one manifest. */
  readonly platformDigests: readonly string[];
  /** As the model was validated; null: the image does not say. */
  readonly modelDigest: string | null;
  /** Reads where the model beside it is; null: it has no label that names one. */
  readonly readWeights: (() => Promise<NamedWeights>) | null;
}

/** A model beside its image. */
export interface NamedWeights {
  /** `repository@digest` of the image of the model alone. */
  readonly reference: string;
  /** Absolute folder in which the server looks for it. */
  readonly path: string;
  /** That its files take on a disk. */
  readonly bytes: number;
  /** As it was validated. */
  readonly modelDigest: string;
}

/** What a look into the registry needs. */
export type Asking = Pick<StageContext, 'access' | 'signal' | 'reporter'> & { readonly config: Pick<Config, 'image'> };

/**
 * Asks the registry what an image says of its model: by the labels that `ml-deploy build` gives it, and the manifest of the model that
 * they name. Nothing but manifests and configs is read.
 * @param asking configuration, credentials and signal
 * @param image `repository@sha256:...`
 * @param patient false: an answer that does not come soon is given up
 * @returns what it says
 * @throws MlDeployError `pipeline/unknown-weights` for labels that lead nowhere, `model/no-image`, `registry/*`
 */
export async function readNamedImage(asking: Asking, image: string, patient = true): Promise<NamedImage> {
  const { signal, reporter } = asking;
  const { client, repository, reference } = imageRegistry(image, asking, {
    ...(patient ? {} : { attempts: 2, signal: AbortSignal.any([signal, AbortSignal.timeout(impatientMs)]) }),
    onRetry: (why) => reporter.note('debug', `the registry of ${image}: ${why}, trying again`),
  });
  const images = await platformImages(client, reference);
  const labels: Labels[] = [];
  for (const { manifest } of images)
    labels.push(labelsOf(parseConfig(await client.getBlob(manifest.config.digest), `the config of ${image}`).config));
  const platformDigests = images.flatMap(({ index }) => index?.digest ?? []);
  const modelDigest = common(image, modelAnnotations.digest, labels);
  const model = common(image, weightsLabel, labels);
  const readWeights = model === null ? null : () => besideImage(client, image, `${repository.name}@${model}`, model);
  return { platformDigests, modelDigest, readWeights };
}

async function besideImage(
  client: RegistryClient,
  image: string,
  reference: string,
  digest: string,
): Promise<NamedWeights> {
  const found = await readModelImage(client, digest).catch((error: unknown) => {
    if (!(error instanceof MlDeployError) || !error.code.startsWith('fetch/')) throw error;
    throw unknownWeights(
      `${image} has its model beside it, in ${reference}, and ${error.message}`,
      `A copy of an image leaves the model behind: copy it from where the image was built to ${reference}, too (crane copy, oras copy or skopeo copy, by digest), and keep its tag weights-*.`,
      error,
    );
  });
  const { path, layers, diskBytes, modelDigest } = found;
  const packed = layers.reduce((sum, { size }) => sum + size, 0);
  return { reference, path, bytes: diskBytes ?? packed, modelDigest };
}

const impatientMs = 10_000;

type Labels = Readonly<Record<string, unknown>>;

function labelsOf(settings: { readonly Labels?: unknown } | null = null): Labels {
  const labels = settings?.Labels ?? {};
  return typeof labels === 'object' ? (labels as Labels) : {};
}

/** A digest that the images of all platforms have in the same label, or none of them has. */
function common(image: string, name: string, all: readonly Labels[]): string | null {
  const [value, ...others] = new Set(all.map((labels) => (Object.hasOwn(labels, name) ? labels[name] : undefined)));
  if (others.length > 0)
    throw unknownWeights(`the images of ${image} for different platforms have different labels ${name}`, again);
  if (value === undefined) return null;
  if (typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value)) return value;
  throw unknownWeights(`the label ${name} of ${image} is no digest`, again);
}

const again = 'It was not built by ml-deploy, or changed since: run `ml-deploy build` again.';

/**
 * The error for an image of which nobody can say where its model is.
 * @param message what is wrong
 * @param hint what to do
 * @param cause of it
 * @param kind `infrastructure` when the registry did not answer
 */
export function unknownWeights(
  message: string,
  hint: string,
  cause?: unknown,
  kind: 'usage' | 'infrastructure' = 'usage',
): MlDeployError {
  return new MlDeployError({ code: 'pipeline/unknown-weights', kind, message, hint, cause });
}
