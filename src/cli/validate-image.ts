import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MlDeployError } from '../errors.ts';
import { bytes as formatBytes } from '../report/format.ts';
import type { Session } from './session.ts';

/**
 * Pulls the model of `oci://host/path:tag` into a temporary folder, hands the folder on, and removes it, whatever happens. Throws what
 * pulling throws.
 */
export async function withImage<T>(
  name: string,
  { access, reporter, signal }: Session,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const { repository, reference } = splitReference(name);
  const [{ RegistryClient }, { parseRepository }, { findCredentials }, { pullModel }] = await Promise.all([
    import('../oci/registry.ts'),
    import('../oci/repository.ts'),
    import('../oci/credentials.ts'),
    import('../oci/pull/pull-model.ts'),
  ]);
  const place = parseRepository(repository);
  const client = new RegistryClient({
    repository: place,
    insecure: false,
    credentials: () => findCredentials(place.host, access),
    signal,
    onRetry: (why) => reporter.note('debug', `${place.host}: ${why}, trying again`),
  });
  const folder = await mkdtemp(join(tmpdir(), 'ml-deploy-image-'));
  try {
    const task = reporter.task(`Pull the model of ${name}`);
    let done = 0;
    const onBytes = (more: number, total: number): void => {
      done += more;
      task.update(`${formatBytes(done)} of ${formatBytes(total)}`, done / Math.max(total, 1));
    };
    const model = await pullModel(client, reference, folder, onBytes).catch((error: unknown) => {
      task.fail();
      throw signal.aborted ? signal.reason : error;
    });
    task.done(formatBytes(done));
    return await work(model);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
