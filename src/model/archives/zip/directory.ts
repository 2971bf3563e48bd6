import type { Findings } from '../../findings.ts';
import type { Source } from '../../source.ts';
import {
  centralHeader,
  centralSignature,
  end64Bytes,
  endBytes,
  endRecord,
  endRecords,
  locatorBytes,
  type CentralHeader,
  type EndRecord,
} from './records.ts';

/** Readers look for the end record in the last 64 KiB, which is as long as a comment can be. */
const tailBytes = 0xffff + endBytes + locatorBytes + end64Bytes;
/** Largest central directory that is read. Bytes. */
const maxDirectory = 64 * 1024 * 1024;

/** What the end of a zip file says about the whole. */
export interface Directory {
  /** In the order of the directory. */
  readonly entries: readonly CentralHeader[];
  /** Where the central directory begins, and where the end record does. Bytes. */
  readonly start: number;
  readonly end: EndRecord;
}

/**
 * Reads the central directory. Adds findings about the directory itself; null when there is none to go by, which is a finding too.
 * Reads the last 64 KiB and the directory, nothing else.
 */
export async function readDirectory(source: Source, findings: Findings): Promise<Directory | null> {
  const base = Math.max(0, source.size - tailBytes);
  const tail = await source.read(base, source.size - base);
  const ends = endRecords(tail);
  const last = ends.at(-1);
  if (last === undefined) {
    findings.add('zip/directory', null, 'No end record stands in the last 64 KiB.');
    return null;
  }
  const end = endRecord(tail, last, base);
  if (end.problem !== null) findings.add('zip/directory', end.offset, `The end record ${end.problem}.`);
  // An end record in the comment of another one, or in what one of them takes for its directory.
  const rivals = ends.filter((at) => at !== last && base + at + endBytes + tail.readUInt16LE(at + 20) >= end.offset);
  // One whose comment does not fit counts for readers that look for the signature alone.
  const later = tail.indexOf('PK\x05\x06', last + 4, 'latin1');
  if (rivals.length > 0 || later >= 0) {
    const where = base + (rivals[0] ?? later);
    findings.add('zip/views-differ', where, 'Two end records compete: readers take one or the other.');
  }
  return readEntries(source, end, findings);
}

async function readEntries(source: Source, end: EndRecord, findings: Findings): Promise<Directory | null> {
  const bytes = end.directoryBytes;
  if (bytes > maxDirectory || bytes > end.offset) {
    const most = bytes > end.offset ? `only ${end.offset} stand before it` : `more than ${maxDirectory} are not read`;
    findings.add('zip/directory', end.offset, `The end record claims a directory of ${bytes} bytes; ${most}.`);
    return null;
  }
  const start = end.offset - bytes;
  if (start !== end.directoryOffset) {
    const message = `The end record puts the directory at byte ${end.directoryOffset}; going by its size it begins at byte ${start}.`;
    findings.add('zip/views-differ', end.offset, message);
  }
  const directory = await source.read(start, bytes);
  const entries: CentralHeader[] = [];
  let at = 0;
  while (at < directory.length) {
    const entry = centralHeader(directory, at, start);
    if (entry === null) break;
    entries.push(entry);
    at = entry.end - start;
  }
  if (at < bytes) {
    const what = isHeader(directory, at)
      ? 'An entry of the directory does not fit into it'
      : 'This is no entry of the directory';
    findings.add('zip/directory', start + at, `${what}.`);
  }
  if (entries.length !== end.members) {
    const message = `The end record counts ${end.members} members, the directory has ${entries.length}.`;
    findings.add('zip/views-differ', end.offset, message);
  }
  return { entries, start, end };
}

function isHeader(directory: Buffer, at: number): boolean {
  return at + 4 <= directory.length && directory.readUInt32LE(at) === centralSignature;
}
