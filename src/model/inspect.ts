import { constants, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { posix } from 'node:path';
import type { FileEvidence } from '../pipeline/evidence.ts';
import { Budget } from './budget.ts';
import { Findings } from './findings.ts';
import { headBytes, headOf, type Inspected } from './formats/format.ts';
import { inspectAs } from './formats/also-pickle.ts';
import { recognise } from './formats/index.ts';
import { HashedReading } from '../hashing/reading.ts';
import type { Policy } from './policy.ts';
import { FileSource } from './source.ts';
import type { Entry } from './walk.ts';

/** One file of a model after it was read. */
export interface InspectedFile {
  readonly entry: Entry;
  readonly inspected: Inspected;
  /** What was found so far: the layout of the folder may add to it. */
  readonly findings: Findings;
  readonly bytes: number;
  /** Hex; empty when the file could not be read. */
  readonly sha256: string;
}

/** Files by which Git keeps empty folders. */
const placeholder = /^\.(git)?keep$/;
const nothing: Inspected = { format: 'none', facts: {} };

/** Called after each piece of the file. */
export type OnBytes = (bytes: number) => void;

/**
 * Judges one file of a model: reads it once, from front to end, hashing and checking the same bytes. Never throws for what a file
 * contains or for what happens to it while it is read: that is a finding. Throws only the reason of an aborted signal.
 */
export async function inspectEntry(
  entry: Entry,
  policy: Policy,
  onBytes: OnBytes,
  signal: AbortSignal,
): Promise<InspectedFile> {
  const findings = new Findings();
  for (const { rule, message } of entry.problems) findings.add(rule, null, message);
  if (entry.file === null) return { entry, findings, inspected: nothing, bytes: 0, sha256: '' };
  let handle: FileHandle;
  try {
    // Without blocking, a pipe that took the place of the file since the walk cannot hold us.
    handle = await open(entry.file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    findings.add(
      'file/unreadable',
      null,
      `The file cannot be opened: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}.`,
    );
    return { entry, findings, inspected: nothing, bytes: 0, sha256: '' };
  }
  try {
    return await inspectOpen(entry, handle, { findings, policy, onBytes, signal });
  } finally {
    await handle.close();
  }
}

interface Work {
  readonly findings: Findings;
  readonly policy: Policy;
  readonly onBytes: OnBytes;
  readonly signal: AbortSignal;
}

async function inspectOpen(entry: Entry, handle: FileHandle, work: Work): Promise<InspectedFile> {
  const { findings } = work;
  const before = await handle.stat();
  if (!before.isFile()) {
    findings.add('file/changed', null, 'It is no longer a file.');
    return { entry, findings, inspected: nothing, bytes: 0, sha256: '' };
  }
  const reading = await HashedReading.of(handle, before.size, headBytes);
  try {
    return await inspectReading(entry, reading, before, { ...work, handle });
  } finally {
    await reading.close();
  }
}

async function inspectReading(
  entry: Entry,
  reading: HashedReading,
  before: Stats,
  { findings, policy, onBytes, signal, handle }: Work & { readonly handle: FileHandle },
): Promise<InspectedFile> {
  let chunk = await reading.next();
  if (chunk === null || chunk.length === 0) {
    if (chunk === null) findings.add('file/unreadable', 0, 'The file cannot be read.');
    else if (!placeholder.test(posix.basename(entry.path))) findings.add('file/empty', null, 'The file is empty.');
    return { entry, findings, inspected: nothing, bytes: 0, sha256: chunk === null ? '' : await reading.digest() };
  }
  const head = headOf(entry.path, chunk, before.size);
  const { format, promised } = await recognise(head);
  if (promised !== null) {
    findings.add(
      'format/mismatch',
      0,
      `The extension .${head.extension} promises ${promised.title}, but this is ${format.title}.`,
    );
  }
  const source = new FileSource(handle, before.size);
  const inspector = await inspectAs(format, {
    head,
    findings,
    policy,
    source,
    budget: new Budget(before.size),
    recognise,
  });
  let bytes = 0;
  while (chunk !== null && chunk.length > 0) {
    signal.throwIfAborted();
    await inspector.write(chunk);
    bytes += chunk.length;
    onBytes(chunk.length);
    chunk = await reading.next();
  }
  if (chunk === null) findings.add('file/unreadable', bytes, `The file cannot be read further than byte ${bytes}.`);
  const inspected = await inspector.end();
  const after = await handle.stat();
  if (after.size !== bytes || after.mtimeMs !== before.mtimeMs || after.ctimeMs !== before.ctimeMs) {
    findings.add('file/changed', null, 'The file changed while it was read.');
  }
  return { entry, findings, inspected, bytes, sha256: await reading.digest() };
}

/** The evidence of one file, when everything about it is known. */
export function fileEvidence({ entry, findings, inspected, bytes, sha256 }: InspectedFile): FileEvidence {
  return {
    path: entry.path,
    format: inspected.format,
    verdict: findings.verdict,
    bytes,
    sha256,
    findings: findings.list(),
    facts: inspected.facts,
  };
}
