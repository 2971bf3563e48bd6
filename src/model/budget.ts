/** Unpacked bytes that any ratio may give. */
const freeBytes = 1024 * 1024 * 1024;
/** Beyond that, so many unpacked bytes per packed byte are a bomb. */
const maxRatio = 200;
/** Content inside content inside content. */
const maxDepth = 8;
/** Compression inside compression: each may hold a dictionary of 64 MiB. */
const maxCompressions = 3;
/** What may be held in memory because it can only be read as a whole, of all contents inside each other. Bytes. */
const maxHeld = 96 * 1024 * 1024;
/** Members of all archives of one file. */
const maxMembers = 100_000;

/**
 * What the content of one file of the model may cost altogether, however it is nested: a bomb is refused while it unpacks, not
 * afterwards. One object per file, shared by everything inside it.
 */
export class Budget {
  private depth = 0;
  private members = 0;
  private compressions = 0;
  private held = 0;
  private unpacked = 0;
  /** Size of the file itself, bytes. */
  private readonly packed: number;
  private readonly free: number;

  /** `free` unpacked bytes may come out whatever the ratio. */
  constructor(packed: number, free = freeBytes) {
    this.packed = packed;
    this.free = free;
  }

  /** Goes one level deeper; false when that is too deep. Every `enter` that was true is followed by one `leave`. */
  enter(): boolean {
    if (this.depth >= maxDepth) return false;
    this.depth++;
    return true;
  }

  leave(): void {
    this.depth--;
  }

  /** The same for a compression inside others; every `enterCompression` that was true is followed by one `leaveCompression`. */
  enterCompression(): boolean {
    if (this.compressions >= maxCompressions) return false;
    this.compressions++;
    return true;
  }

  leaveCompression(): void {
    this.compressions--;
  }

  /** Counts bytes that are held in memory until `release`; false when that is too much. */
  hold(bytes: number): boolean {
    this.held += bytes;
    return this.held <= maxHeld;
  }

  release(bytes: number): void {
    this.held -= bytes;
  }

  /** Counts a member of an archive; false when there are too many. */
  member(): boolean {
    this.members++;
    return this.members <= maxMembers;
  }

  /** Whether so many more bytes may come out of a compression: asked before, where their number is declared. */
  allows(bytes: number): boolean {
    return this.unpacked + bytes <= this.free || this.unpacked + bytes <= maxRatio * this.packed;
  }

  /** Counts bytes that came out of a compression; false when they are more than honest data makes. */
  unpack(bytes: number): boolean {
    this.unpacked += bytes;
    return this.allows(0);
  }

  /** For messages. */
  get limits(): {
    readonly depth: number;
    readonly compressions: number;
    readonly members: number;
    readonly ratio: number;
  } {
    return { depth: maxDepth, compressions: maxCompressions, members: maxMembers, ratio: maxRatio };
  }
}
