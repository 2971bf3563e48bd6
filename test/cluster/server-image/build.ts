import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../build/lock.ts';
import type { Cluster } from '../cluster.ts';

/**
 * Builds a folder with a Dockerfile into the cluster's registry.
 * @returns the reference by digest
 */
export async function buildImage(cluster: Cluster, folder: string, repository: string): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'ml-deploy-image-'));
  try {
    const metadata = join(scratch, 'metadata.json');
    const name = `${cluster.registry}/${repository}`;
    const lock = join(cluster.state.folder, `push-${repository.replaceAll('/', '-')}.lock`);
    // Test files that push the same layers into one repository at once have broken each other's uploads.
    await withLock(
      lock,
      () => undefined,
      () =>
        cluster.buildctl([
          'build',
          '--progress',
          'plain',
          '--frontend',
          'dockerfile.v0',
          '--local',
          `context=${folder}`,
          '--local',
          `dockerfile=${folder}`,
          '--opt',
          'build-arg:SOURCE_DATE_EPOCH=1700000000',
          '--output',
          `type=image,name=${name}:test,push=true,oci-mediatypes=true,rewrite-timestamp=true`,
          '--metadata-file',
          metadata,
        ]),
    );
    const facts = JSON.parse(await readFile(metadata, 'utf8')) as { 'containerimage.digest': string };
    return `${name}@${facts['containerimage.digest']}`;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * Image of the small model server: the interface of the real one, faults by environment variables.
 */
export function modelServerImage(cluster: Cluster): Promise<string> {
  return buildImage(cluster, import.meta.dirname, 'test/model-server');
}
