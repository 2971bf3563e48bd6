/** A file in an archive, as its directory describes it. */
export interface Member {
  /** Its path in the archive, `/`-separated. */
  readonly name: string;
  /** Bytes of the content; null when only the end of its data tells. */
  readonly size: number | null;
  /** Whether the bytes stand in the archive as they are. */
  readonly stored: boolean;
  /** Offset of the data in the archive, bytes; null when it is not known before it is read. */
  readonly offset: number | null;
}
