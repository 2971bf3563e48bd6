import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Cluster } from '../../cluster/cluster.ts';

/**
 * Builds a base image of the layout of a server's own, which cannot be pulled here, around the real server from PyPI where there is one.
 * @param cluster whose registry gets it
 * @param type folder below `bases`
 * @returns the reference by digest
 */
export async function standInBase(cluster: Cluster, type: string): Promise<string> {
  const scratch = mkdtempSync(join(tmpdir(), 'mldeploy-base-'));
  const name = `${cluster.registry}/stand-in/${type}`;
  const metadata = join(scratch, 'metadata.json');
  const folder = import.meta.dirname;
  const options = {
    '--progress': ['plain'],
    '--frontend': ['dockerfile.v0'],
    '--local': [`context=${folder}`, `dockerfile=${join(folder, 'bases', type)}`],
    '--secret': [`id=ca,src=${cluster.caBundlePath}`],
    '--output': [`type=image,name=${name}:test,push=true,oci-mediatypes=true`],
    '--metadata-file': [metadata],
  };
  try {
    await cluster.buildctl([
      'build',
      ...Object.entries(options).flatMap(([key, values]) => values.flatMap((value) => [key, value])),
    ]);
    const facts = JSON.parse(readFileSync(metadata, 'utf8')) as { 'containerimage.digest': string };
    return `${name}@${facts['containerimage.digest']}`;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
