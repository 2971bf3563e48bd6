import { createHash } from 'node:crypto';

import type { Installed } from './installed.ts';
import { documentedImage, imageUrl, packageUrl } from './purl.ts';
import type { InstalledPackage } from './packages/package.ts';

/** What a bill of materials is made of. */
export interface SbomParts {
  readonly repository: string;
  readonly digest: string;
  readonly platform: string;
  /** Reference of the base image; null when the user's own Dockerfile chooses it. */
  readonly base: string | null;
  readonly installed: Installed;
  /** Component of the model, with `bom-ref` `model`. */
  readonly model: object;
  /** `ml-deploy/X.Y.Z` */
  readonly engine: string;
  /** Seconds since 1970 when the user gave a time (SOURCE_DATE_EPOCH); null leaves the time out, so that the same image gives the same bytes. */
  readonly time: number | null;
}

/** Media type of the document. */
export const cycloneDx = 'application/vnd.cyclonedx+json';

/**
 * The bill of materials of an image: CycloneDX 1.6, the same bytes for the same image.
 * @param parts what is in it
 * @returns the document
 */
export function sbom(parts: SbomParts): object {
  const { repository, digest, platform, installed, model } = parts;
  const { os } = installed;
  const packages = installed.packages.map((found) => packageComponent(found, packageUrl(found, os)));
  const base = parts.base === null ? null : baseComponent(parts.base, platform);
  const [name = parts.engine, version = ''] = parts.engine.split('/');
  const refs = [...(base === null ? [] : ['base']), 'model', ...packages.map((found) => found['bom-ref'])];
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(`${repository}@${digest}`)}`,
    version: 1,
    metadata: {
      ...(parts.time === null ? {} : { timestamp: new Date(parts.time * 1000).toISOString() }),
      lifecycles: [{ phase: 'build' }],
      tools: { components: [{ type: 'application', name, version }] },
      component: {
        type: 'container',
        'bom-ref': 'image',
        name: repository,
        version: digest,
        purl: imageUrl({ name: repository, repository, digest }, platform),
        hashes: [{ alg: 'SHA-256', content: digest.replace('sha256:', '') }],
      },
    },
    components: [
      ...(base === null ? [] : [base]),
      model,
      ...(os === null
        ? []
        : [{ type: 'operating-system', 'bom-ref': 'os', name: os.id, version: os.version, description: os.name }]),
      ...packages,
    ],
    dependencies: [{ ref: 'image', dependsOn: [...refs, ...(os === null ? [] : ['os'])].sort() }],
    compositions: [
      // The records of package managers are read; what was copied without one is not known.
      { aggregate: installed.unread.length === 0 ? 'unknown' : 'incomplete', assemblies: ['image'] },
      { aggregate: 'complete', assemblies: ['model'] },
    ],
    ...(installed.unread.length === 0
      ? {}
      : { properties: installed.unread.map((value) => ({ name: 'ml-deploy:unread', value })) }),
  };
}

function packageComponent(found: InstalledPackage, purl: string): { 'bom-ref': string } {
  const { name, version, license } = found;
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    ...(license === null
      ? {}
      : {
          licenses: [
            'expression' in license
              ? { expression: license.expression, acknowledgement: 'declared' }
              : { license: { name: license.name, acknowledgement: 'declared' } },
          ],
        }),
    purl,
  } as { 'bom-ref': string };
}

function baseComponent(reference: string, platform: string): object {
  const base = documentedImage(reference);
  const { name, tag, digest } = base;
  return {
    type: 'container',
    'bom-ref': 'base',
    name,
    ...(tag === null && digest === null ? {} : { version: tag ?? digest }),
    purl: imageUrl(base, platform),
    ...(digest === null ? {} : { hashes: [{ alg: 'SHA-256', content: digest.replace('sha256:', '') }] }),
  };
}

/** A UUID of version 8 (RFC 9562) that depends on the text alone. */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes.writeUInt8(((bytes[6] ?? 0) & 0x0f) | 0x80, 6);
  bytes.writeUInt8(((bytes[8] ?? 0) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
