import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MlDeployError } from '../errors.ts';
import { bytes as formatBytes } from '../report/format.ts';
import type { Session } from './session.ts';

/**
 * Pulls the model of `oci://host/path:tag` into a temporary folder, hands the folder on, and removes it, whatever happens. An index for
 * several platforms has as many models as differ in their layers: each is handed on, with a name of its own. Throws what pulling throws.
 */
export async function withImage<T>(
  name: string,
  { access, reporter, signal }: Session,
  work: (folder: string, name: string) => Promise<T>,
): Promise<readonly T[]> {
  const { repository, reference } = splitReference(name);
  const [{ RegistryClient }, { parseRepository }, { findCredentials }, { platformImages }, pulling] = await Promise.all(
    [
      import('../oci/registry.ts'),
      import('../oci/repository.ts'),
      import('../oci/credentials.ts'),
      import('../oci/pull/platform-images.ts'),
      import('../oci/pull/pull-model.ts'),
    ],
  );
  const place = parseRepository(repository);
  const client = new RegistryClient({
    repository: place,
    insecure: false,
    credentials: () => findCredentials(place.host, access),
    signal,
    onRetry: (why) => reporter.note('debug', `${place.host}: ${why}, trying again`),
  });
  const images = await platformImages(client, reference);
  const pulled = new pulling.PulledModels();
  const results: T[] = [];
  for (const { index, manifest } of images) {
    const folder = await mkdtemp(join(tmpdir(), 'ml-deploy-image-'));
    try {
      const task = reporter.task(
        `Pull the model of ${name}${images.length > 1 ? ` for ${index?.platform ?? ''}` : ''}`,
      );
      let done = 0;
      const onBytes = (more: number, total: number): void => {
        signal.throwIfAborted();
        if (more === 0) return;
        done += more;
        task.update(`${formatBytes(done)} of ${formatBytes(total)}`, done / Math.max(total, 1));
      };
      const model = await pulling.pullModel(client, manifest, folder, pulled, onBytes).catch((error: unknown) => {
        task.fail();
        throw signal.aborted ? signal.reason : error;
      });
      task.done(model === null ? 'no other model' : formatBytes(done));
      // A name that leads to this one of the images.
      const own = results.length === 0 ? name : `oci://${repository}@${index?.digest ?? ''}`;
      if (model !== null) results.push(await work(model, own));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  if (results.length > 0) return results;
  throw new MlDeployError({
    code: 'model/no-model-in-image',
    kind: 'usage',
    message: `the image ${reference} has no layer that names its files, and nothing in /${pulling.modelFolders.join(', /')}`,
    hint: 'Name an image that ml-deploy has built, an OCI artifact of model files, or an image with the model in one of these folders.',
  });
}

function splitReference(name: string): { repository: string; reference: string } {
  const match = /^oci:\/\/([^@]+?)(?::([A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(name);
  const [, repository, tag, digest] = match ?? [];
  const reference = digest ?? tag;
  if (repository !== undefined && reference !== undefined) return { repository, reference };
  throw new MlDeployError({
    code: 'registry/bad-name',
    kind: 'usage',
    message: `${name} does not name an image`,
    hint: 'Write oci://host/path:tag or oci://host/path@sha256:...',
  });
}
