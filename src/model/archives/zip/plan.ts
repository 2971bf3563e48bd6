import type { InspectContext } from '../../formats/format.ts';
import type { Source } from '../../source.ts';
import type { Member } from '../member.ts';
import { Names } from '../names.ts';
import { checkCentral, checkHeader } from './compare.ts';
import { readDirectory } from './directory.ts';
import { flag, type CentralHeader, type Header } from './records.ts';

const rules = { path: 'zip/path', name: 'zip/name', duplicate: 'zip/duplicate' } as const;

/** A member that the central directory names. */
export interface PlannedMember {
  readonly name: string;
  readonly entry: CentralHeader;
}

/** What stands where, as the central directory says. */
export interface Plan {
  /** In the order of the data. */
  readonly members: readonly PlannedMember[];
  /** The bytes of the directory and the end records; null when the file has none. */
  readonly directory: { readonly start: number; readonly end: number } | null;
  readonly names: ReadonlySet<string>;
  /** False when there are more members than are looked at. */
  readonly complete: boolean;
  /** For kinds: without the folders. */
  readonly files: readonly Member[];
  nameOf(header: Header): string;
}

/** Reads the central directory and checks it on its own. */
export async function makePlan(source: Source, context: InspectContext): Promise<Plan> {
  const { findings, budget } = context;
  const directory = await readDirectory(source, findings);
  const names = new Names(rules, findings);
  const members: PlannedMember[] = [];
  for (const entry of directory?.entries ?? []) {
    if (!budget.member()) {
      findings.add('content/members', entry.offset, `There are more than ${budget.limits.members} members.`);
      // None of them is looked at: what is refused as a whole need not cost that much.
      members.length = 0;
      break;
    }
    const name = decoded(entry);
    names.add(name, entry.offset);
    if ((entry.flags & flag.utf8) === 0 && entry.name.some((byte) => byte >= 0x80)) {
      findings.add('zip/name', entry.offset, 'A name is not ASCII and does not say how it is encoded.');
    }
    checkHeader(entry, name, findings);
    checkCentral(entry, name, findings);
    members.push({ name, entry });
  }
  if (directory !== null && directory.end.comment.length > 0) {
    const message = `The archive has a comment of ${directory.end.comment.length} bytes.`;
    findings.add('zip/extra', directory.end.end - directory.end.comment.length, message);
  }
  return {
    members: members.toSorted((a, b) => a.entry.local - b.entry.local),
    directory: directory === null ? null : { start: directory.start, end: directory.end.end },
    names: names.all,
    complete: members.length === (directory?.entries ?? []).length,
    files: members.filter(({ name }) => !name.endsWith('/')).map(asMember),
    nameOf: decoded,
  };
}

function asMember({ name, entry }: PlannedMember): Member {
  // Where the data begins is known only when its own header is read.
  const stored = entry.method === 0;
  return { name, size: entry.unpacked, stored, offset: null };
}

/** UTF-8 when the header says so; wrong bytes become U+FFFD, which is a finding. */
function decoded({ name, flags }: Header): string {
  return name.toString((flags & flag.utf8) === 0 ? 'latin1' : 'utf8');
}
