import { open, type FileHandle } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Reference } from '../formats/format.ts';
import type { InspectedFile } from '../inspect.ts';
import { printable } from '../../printable.ts';
import type { RuleId } from '../rules/index.ts';
import type { Unit } from './unit.ts';

/** Bytes between tensors that may be padding: writers align to pages of up to 64 KiB. */
const maxPadding = 65_536;
/** Padding of one file that is looked at. */
const maxPaddingRead = 64 * 1024 * 1024;

/** A place in a data file, and the file that refers to it. */
export interface Use extends Reference {
  readonly from: InspectedFile;
}

/** What it means that a data file is not what the references say. */
export interface DataRules {
  readonly missing: RuleId;
  readonly range: RuleId;
  readonly shared: RuleId;
  readonly unused: RuleId;
}

/** References of one kind by the file that they lead to, as a path of the unit. */
export function usesOf(unit: Unit, kind: Reference['kind'], below = ''): Map<string, Use[]> {
  const uses = new Map<string, Use[]>();
  for (const from of unit.files) {
    for (const reference of from.inspected.references ?? []) {
      if (reference.kind !== kind) continue;
      const path = posix.normalize(posix.join(posix.dirname(from.entry.path), below, reference.path));
      const list = uses.get(path);
      if (list === undefined) uses.set(path, [{ ...reference, from }]);
      else list.push({ ...reference, from });
    }
  }
  return uses;
}

/**
 * Checks that a file holds what others refer to and nothing else: in range, without sharing, with zeros between. Accounts for the file as
 * `format`; null, with a finding, when it is not there.
 */
export async function checkDataFile(
  unit: Unit,
  path: string,
  uses: readonly Use[],
  rules: DataRules,
  format: string,
): Promise<InspectedFile | null> {
  const [first] = uses;
  if (first === undefined) return null;
  const data = unit.file(path);
  if (data === undefined || data.entry.file === null) {
    const what = `The data of the ${first.user} should be in ${printable(path)}, which is not there`;
    unit.add(first.from, rules.missing, null, `${what} (${uses.length} in all need it).`);
    return null;
  }
  unit.account(data, format);
  const own = withoutSiblings(uses);
  const inside = own.filter((use) => isInside(unit, data, use, rules.range));
  const gaps = findGaps(unit, data, inside, rules.shared);
  if (inside.length === own.length) await checkGaps(unit, data, gaps, rules.unused);
  return data;
}

/** Models that share their data with another one, such as an encoder and a decoder, use the same places. */
function withoutSiblings(uses: readonly Use[]): Use[] {
  const seen = new Map<string, InspectedFile>();
  return uses.filter(({ from, offset, length }) => {
    const place = `${offset} ${length}`;
    const owner = seen.get(place);
    if (owner === undefined) seen.set(place, from);
    return owner === undefined || owner === from;
  });
}

function isInside(unit: Unit, data: InspectedFile, { offset, length, user, from }: Use, rule: RuleId): boolean {
  const end = offset + (length ?? 0);
  if (end <= data.bytes) return true;
  const what = `The ${user} is at bytes ${offset} to ${end} of ${printable(data.entry.path)}, which has ${data.bytes}`;
  unit.add(from, rule, null, `${what}.`);
  return false;
}

interface Gap {
  readonly from: number;
  readonly to: number;
}

/** Refuses places that share bytes; gives what is between them, and behind the last. */
function findGaps(unit: Unit, data: InspectedFile, uses: readonly Use[], rule: RuleId): Gap[] {
  const gaps: Gap[] = [];
  let covered = 0;
  let before = '';
  for (const { offset, length, user, from } of uses.toSorted((a, b) => a.offset - b.offset)) {
    if (length === null || length === 0) continue;
    if (offset < covered) {
      unit.add(from, rule, null, `The ${user} shares ${Math.min(covered - offset, length)} bytes with the ${before}.`);
    } else if (offset > covered) {
      gaps.push({ from: covered, to: offset });
    }
    covered = Math.max(covered, offset + length);
    before = user;
  }
  if (covered < data.bytes) gaps.push({ from: covered, to: data.bytes });
  return gaps;
}

async function checkGaps(unit: Unit, data: InspectedFile, gaps: readonly Gap[], rule: RuleId): Promise<void> {
  const large = gaps.find(({ from, to }) => to - from >= maxPadding);
  const total = gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  const found = large ?? (total > maxPaddingRead ? gaps[0] : await firstWithContent(data, gaps));
  if (found === undefined) return;
  const what = `Bytes ${found.from} to ${found.to} of the data file belong to nothing`;
  unit.add(data, rule, found.from, `${what} and are not padding.`);
}

/** The first gap that is not all zeros. */
async function firstWithContent(data: InspectedFile, gaps: readonly Gap[]): Promise<Gap | undefined> {
  if (gaps.length === 0 || data.entry.file === null) return undefined;
  let handle: FileHandle | null = null;
  try {
    handle = await open(data.entry.file);
    for (const gap of gaps) {
      const buffer = Buffer.alloc(gap.to - gap.from);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, gap.from);
      if (bytesRead < buffer.length || buffer.some((byte) => byte !== 0)) return gap;
    }
    return undefined;
  } catch {
    // It went away: nothing is known about its gaps.
    return gaps[0];
  } finally {
    await handle?.close();
  }
}
