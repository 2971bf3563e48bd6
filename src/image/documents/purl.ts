import { parseRepository } from '../../oci/repository.ts';
import type { OsRelease } from './packages/os-release.ts';
import type { InstalledPackage } from './packages/package.ts';

/**
 * The package URL of an installed package.
 * @param found the package
 * @param os the distribution whose package it is
 * @returns such as `pkg:deb/debian/zlib1g@1%3A1.2.13?arch=amd64&distro=debian-12`
 */
export function packageUrl(found: InstalledPackage, os: OsRelease | null): string {
  const { kind, name, version, architecture, source } = found;
  if (kind === 'pypi') return `pkg:pypi/${part(name.toLowerCase().replaceAll('_', '-'))}@${part(version)}`;
  const distribution = os?.id ?? (kind === 'deb' ? 'debian' : 'alpine');
  const qualifiers = {
    arch: architecture,
    distro: os === null || os.version === '' ? null : `${os.id}-${os.version}`,
    upstream: source,
  };
  return `pkg:${kind}/${part(distribution)}/${part(name)}@${part(version)}${query(qualifiers)}`;
}

/**
 * The package URL of an image.
 * @param repository as the user wrote it
 * @param digest of the manifest, or null
 * @param platform `linux/amd64`, or null
 * @returns such as `pkg:oci/fraud@sha256%3A...?arch=amd64&repository_url=ghcr.io%2Facme%2Ffraud`
 */
export function imageUrl(repository: string, digest: string | null, platform: string | null): string {
  const name = repository.slice(repository.lastIndexOf('/') + 1);
  const arch = platform?.split('/')[1] ?? null;
  const version = digest === null ? '' : `@${part(digest)}`;
  return `pkg:oci/${part(name)}${version}${query({ arch, repository_url: repository })}`;
}

/** An image reference in its parts; a digest wins over a tag. */
export function imageReference(reference: string): { repository: string; tag: string | null; digest: string | null } {
  const [, name = reference, tag, digest] = /^(.+?)(?::([^:/@]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(reference) ?? [];
  const { host, path } = parseRepository(name);
  const repository = `${host === 'registry-1.docker.io' ? 'docker.io' : host}/${path}`;
  return { repository, tag: tag ?? null, digest: digest ?? null };
}

function part(text: string): string {
  return encodeURIComponent(text);
}

function query(qualifiers: Readonly<Record<string, string | null>>): string {
  const present = Object.entries(qualifiers).filter((entry): entry is [string, string] => entry[1] !== null);
  if (present.length === 0) return '';
  return `?${present
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join('&')}`;
}
