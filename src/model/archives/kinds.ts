import type { ArchiveKind } from './kind.ts';

/** Every model format that is an archive, in the order in which they are asked. */
export const kinds: readonly ArchiveKind[] = [];

/** The kind of an archive with these members; null when it is none of them. */
export function kindOf(container: ArchiveKind['container'], names: ReadonlySet<string>): ArchiveKind | null {
  return kinds.find((kind) => kind.container === container && kind.matches(names)) ?? null;
}

/** The kind that an extension promises, whatever the container. */
export function kindPromisedBy(extension: string): ArchiveKind | null {
  return kinds.find(({ extensions }) => extensions.includes(extension)) ?? null;
}
