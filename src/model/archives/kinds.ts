import { keras } from '../formats/keras/keras.ts';
import { mar } from '../formats/mar.ts';
import { npz } from '../formats/npz.ts';
import { skops } from '../formats/skops.ts';
import { torch } from '../formats/torch/kinds.ts';
import { torchPrograms } from '../formats/torch/programs.ts';
import type { ArchiveKind } from './kind.ts';

/** Every model format that is a zip archive, in the order in which they are asked. */
export const kinds: readonly ArchiveKind[] = [...torchPrograms, torch, keras, npz, mar, skops];

/** The kind of an archive with these members; null when it is none of them. */
export function kindOf(names: ReadonlySet<string>): ArchiveKind | null {
  return kinds.find((kind) => kind.matches(names)) ?? null;
}

/** The kind that an extension promises; the last is the most usual one. */
export function kindPromisedBy(extension: string): ArchiveKind | null {
  return kinds.findLast(({ extensions }) => extensions.includes(extension)) ?? null;
}
