import type { Inspected, InspectContext } from '../formats/format.ts';
import { printable } from '../../printable.ts';
import type { ArchiveReader } from './kind.ts';
import type { Member } from './member.ts';

/** An archive of no known kind: every member is judged by its own format. */
export function plainArchive(format: string, context: InspectContext, members: readonly Member[]): ArchiveReader {
  return {
    member: () => null,
    end: (read) => {
      checkReferences(read, context);
      return { format, facts: { members: members.length } };
    },
  };
}

/** Files that a member refers to would have to be looked for in the archive. */
export function checkReferences(read: ReadonlyMap<string, Inspected>, { findings }: InspectContext): void {
  for (const [name, { references = [] }] of read) {
    const [first] = references;
    if (first === undefined) continue;
    const message = `The member "${printable(name)}" refers to "${printable(first.path)}" (${references.length} references).`;
    findings.add('content/reference', null, message);
  }
}
