import { parseLayoutReference, parseReference } from '../../oci/reference.ts';
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

/** An image as documents name it. */
export interface DocumentedImage {
  /** As people know it: `docker.io/library/python`, or `oci-layout:FOLDER`. */
  readonly name: string;
  /** Where others find it; null: only in a folder of this machine. */
  readonly repository: string | null;
  readonly tag: string | null;
  readonly digest: string | null;
}

/**
 * The package URL of an image.
 * @param image its repository and digest
 * @param platform `linux/amd64`, or null
 * @returns such as `pkg:oci/fraud@sha256%3A...?arch=amd64&repository_url=ghcr.io%2Facme%2Ffraud`
 */
export function imageUrl(image: Omit<DocumentedImage, 'tag'>, platform: string | null): string {
  const { name, repository, digest } = image;
  const last = /[^/:]+$/.exec((repository ?? name).replace(/\/+$/, ''))?.[0] ?? 'image';
  const arch = platform?.split('/')[1] ?? null;
  const version = digest === null ? '' : `@${part(digest)}`;
  return `pkg:oci/${part(last.toLowerCase())}${version}${query({ arch, repository_url: repository })}`;
}

/**
 * The base of an image as documents name it.
 * @param reference of an image in a registry or in a folder
 * @returns its parts; what nobody can read is a name and no more, since documents about an image that is published must not fail
 */
export function documentedImage(reference: string): DocumentedImage {
  const layout = parseLayoutReference(reference);
  if (layout !== null) {
    return { name: `oci-layout:${layout.folder}`, repository: null, tag: layout.tag, digest: layout.digest };
  }
  try {
    const { repository, tag, digest } = parseReference(reference);
    const host = repository.host === 'registry-1.docker.io' ? 'docker.io' : repository.host;
    const name = `${host}/${repository.path}`;
    return { name, repository: name, tag, digest };
  } catch {
    return { name: reference, repository: null, tag: null, digest: null };
  }
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
