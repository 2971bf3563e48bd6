import { lstat, open, type FileHandle } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Reference } from '../formats/format.ts';
import type { InspectedFile } from '../inspect.ts';
import { printable } from '../pickle/describe.ts';
import type { Layout } from './layout.ts';
import type { Unit } from './unit.ts';

/** Bytes between tensors that may be padding: writers align to pages of up to 64 KiB. */
const maxPadding = 65_536;
/** Padding of one file that is looked at. */
const maxPaddingRead = 64 * 1024 * 1024;

interface Use extends Reference {
  readonly model: InspectedFile;
}

/** ONNX models whose weights stand in files of their own: each such file is plain, has one name, and every byte of it is a weight. */
export const onnxExternalData: Layout = {
  id: 'onnx-external-data',
  check: async (unit) => {
    const uses = new Map<string, Use[]>();
    for (const model of unit.files) {
      for (const reference of model.inspected.references ?? []) {
        if (reference.kind !== 'onnx-external-data') continue;
        const path = posix.normalize(posix.join(posix.dirname(model.entry.path), reference.path));
        const list = uses.get(path);
        if (list === undefined) uses.set(path, [{ ...reference, model }]);
        else list.push({ ...reference, model });
      }
    }
    for (const [path, list] of uses) await checkData(unit, path, list);
    return {};
  },
};

async function checkData(unit: Unit, path: string, uses: readonly Use[]): Promise<void> {
  const [first] = uses;
  if (first === undefined) return;
  const data = unit.file(path);
  if (data === undefined || data.entry.file === null) {
    const what = `The data of the ${first.user} should be in ${printable(path)}, which is not there`;
    unit.add(first.model, 'onnx/external-missing', null, `${what} (${uses.length} tensors need it).`);
    return;
  }
  // A model that shares its data with another one, such as an encoder and a decoder, uses the same tensors.
  const own = uses.filter((use, index) => uses.findIndex((other) => sameBytes(other, use)) === index);
  unit.account(data, 'onnx-data');
  await checkName(unit, data, path);
  const inside = own.filter((use) => checkRange(unit, data, use));
  const gaps = checkSharing(unit, data, inside);
  if (inside.length === own.length) await checkGaps(unit, data, gaps);
}

function sameBytes(a: Use, b: Use): boolean {
  return a === b || (a.model !== b.model && a.offset === b.offset && a.length === b.length);
}

async function checkName(unit: Unit, data: InspectedFile, path: string): Promise<void> {
  const name = unit.isFolder ? join(unit.root, path) : unit.root;
  let problem: string | null;
  try {
    const facts = await lstat(name);
    if (facts.isFile()) problem = facts.nlink > 1 ? `has ${facts.nlink} names (hard links)` : null;
    else problem = 'is a link';
  } catch {
    problem = 'cannot be looked at';
  }
  if (problem !== null) unit.add(data, 'onnx/external-link', null, `The data file of an ONNX model ${problem}.`);
}

function checkRange(unit: Unit, data: InspectedFile, { offset, length, user, model }: Use): boolean {
  const end = offset + (length ?? 0);
  if (end <= data.bytes) return true;
  const what = `The ${user} is at bytes ${offset} to ${end} of ${printable(data.entry.path)}, which has ${data.bytes}`;
  unit.add(model, 'onnx/external-range', null, `${what}.`);
  return false;
}

interface Gap {
  readonly from: number;
  readonly to: number;
}

/** Refuses tensors that share bytes; what is between them, and behind the last. */
function checkSharing(unit: Unit, data: InspectedFile, uses: readonly Use[]): Gap[] {
  const gaps: Gap[] = [];
  let covered = 0;
  let before = '';
  for (const { offset, length, user, model } of uses.toSorted((a, b) => a.offset - b.offset)) {
    if (length === null || length === 0) continue;
    if (offset < covered) {
      unit.add(model, 'onnx/external-alias', null, `The ${user} shares ${covered - offset} bytes with the ${before}.`);
    } else if (offset > covered) {
      gaps.push({ from: covered, to: offset });
    }
    covered = Math.max(covered, offset + length);
    before = user;
  }
  if (covered < data.bytes) gaps.push({ from: covered, to: data.bytes });
  return gaps;
}

async function checkGaps(unit: Unit, data: InspectedFile, gaps: readonly Gap[]): Promise<void> {
  const large = gaps.find(({ from, to }) => to - from >= maxPadding);
  const total = gaps.reduce((sum, { from, to }) => sum + to - from, 0);
  const found = large ?? (total > maxPaddingRead ? gaps[0] : await firstWithContent(data, gaps));
  if (found === undefined) return;
  const what = `Bytes ${found.from} to ${found.to} of the data file belong to no tensor`;
  unit.add(data, 'onnx/external-unused', found.from, `${what} and are not padding.`);
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
