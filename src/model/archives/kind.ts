import type { Inspected, InspectContext, Inspector } from '../formats/format.ts';
import type { Member } from './member.ts';

/**
 * A model format that is a zip archive with certain members, such as a `.keras` file. The archive's own structure is checked before
 * and beside it: a kind sees members with plain names, each once.
 *
 * To add one: write `src/model/formats/<format>.ts` with an `ArchiveKind`, and name it in `src/model/archives/kinds.ts`. Example:
 *
 *     export const keras: ArchiveKind = {
 *       id: 'keras', title: 'a Keras model', extensions: ['keras'],
 *       matches: (names) => names.has('config.json') && names.has('metadata.json'),
 *       open: async (context) => (await import('./reader.ts')).readKeras(context),
 *     };
 *
 * and in `reader.ts`:
 *
 *     const config = new Collected(4 * 1024 * 1024);
 *     return {
 *       member: ({ name }) => (name === 'config.json' ? config : null),
 *       end: () => checkConfig(config.text(), context.findings),
 *     };
 */
export interface ArchiveKind {
  readonly id: string;
  /** For people: "a Keras model". */
  readonly title: string;
  /** Extensions that promise this kind: other archives under them are a finding. */
  readonly extensions: readonly string[];
  /** By the names of all members. Kinds are asked in order; the first that matches reads the archive. */
  matches(names: ReadonlySet<string>): boolean;
  /** Begins to read an archive; `members` are in the order of the directory. What is large is imported only then. */
  open(context: InspectContext, members: readonly Member[]): ArchiveReader | Promise<ArchiveReader>;
}

/** Reads the members of one archive. */
export interface ArchiveReader {
  /**
   * Who takes the content of a member, piece by piece, unpacked; called in the order in which the data stands, once per member.
   * Null: its bytes choose the format, as for any file (a `Content` named after the member). A reader that wants the usual checks
   * and the bytes too makes its own `Content` with `memberContent` and passes the bytes on.
   */
  member(member: Member): Inspector | null;
  /** After all members. `read` has what every member's inspector said, by name. */
  end(read: ReadonlyMap<string, Inspected>): Inspected | Promise<Inspected>;
}

/** Keeps the content of a small member. */
export class Collected implements Inspector {
  private readonly most: number;
  private pieces: Buffer[] = [];
  private length = 0;
  private ended = false;

  /** @param most bytes that are kept; of larger contents nothing is */
  constructor(most: number) {
    this.most = most;
  }

  write(chunk: Buffer): void {
    this.length += chunk.length;
    if (this.length > this.most) this.pieces = [];
    // A copy: the chunk may be reused.
    else this.pieces.push(Buffer.from(chunk));
  }

  end(): Inspected {
    this.ended = true;
    return { format: 'member', facts: {} };
  }

  /** Null when the member was not there, was not read to its end, or is larger than what is kept. */
  get bytes(): Buffer | null {
    return this.ended && this.length <= this.most ? Buffer.concat(this.pieces) : null;
  }
}

/** Takes bytes that only the rest of the archive explains, such as raw tensors: the reader has to account for them. */
export class Raw implements Inspector {
  write(): void {
    // Nothing in the bytes says what they are.
  }

  end(): Inspected {
    return { format: 'raw', facts: {} };
  }
}
