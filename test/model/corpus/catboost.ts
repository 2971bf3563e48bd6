import { benign, malformed, unchecked, type CorpusCase } from './case.ts';

/** A field of a table: a number, a text, a vector of numbers, or tables. */
type Field =
  | null
  | string
  | { readonly ints: readonly number[] }
  | { readonly doubles: readonly number[] }
  | Part
  | readonly Part[];
interface Part {
  readonly fields: readonly Field[];
}

function u32(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) buffer.writeInt32LE(value | 0, index * 4);
  return buffer;
}

/** A table with what it points to behind it: its vtable stands before it. */
function table({ fields }: Part): { bytes: Buffer; at: number } {
  const vtable = Buffer.alloc(4 + fields.length * 2);
  vtable.writeUInt16LE(vtable.length, 0);
  vtable.writeUInt16LE(4 + fields.length * 4, 2);
  const body = Buffer.alloc(4 + fields.length * 4);
  const tail: Buffer[] = [];
  let behind = body.length;
  body.writeInt32LE(vtable.length, 0);
  for (const [index, field] of fields.entries()) {
    if (field === null) continue;
    vtable.writeUInt16LE(4 + index * 4, 4 + index * 2);
    const { bytes, at } = content(field);
    body.writeUInt32LE(behind + at - (4 + index * 4), 4 + index * 4);
    tail.push(bytes);
    behind += bytes.length;
  }
  return { bytes: Buffer.concat([vtable, body, ...tail]), at: vtable.length };
}

function content(field: Exclude<Field, null>): { bytes: Buffer; at: number } {
  if (typeof field === 'string')
    return { bytes: Buffer.concat([u32(field.length), Buffer.from(field), Buffer.of(0)]), at: 0 };
  if ('ints' in field) return { bytes: Buffer.concat([u32(field.ints.length), u32(...field.ints)]), at: 0 };
  if ('doubles' in field) {
    return {
      bytes: Buffer.concat([u32(field.doubles.length), Buffer.from(Float64Array.from(field.doubles).buffer)]),
      at: 0,
    };
  }
  if ('fields' in field) return table(field);
  const parts = field.map(table);
  let at = 4 + parts.length * 4;
  const offsets = parts.map((part, index) => {
    const offset = at + part.at - (4 + index * 4);
    at += part.bytes.length;
    return offset;
  });
  return { bytes: Buffer.concat([u32(parts.length), u32(...offsets), ...parts.map(({ bytes }) => bytes)]), at: 0 };
}

interface Change {
  readonly version?: string;
  readonly splits?: readonly number[];
  readonly sizes?: readonly number[];
  readonly offsets?: readonly number[];
  readonly leaves?: number;
  readonly steps?: readonly number[];
  readonly leafIds?: readonly number[];
  readonly parts?: readonly string[];
}

function core(change: Change = {}): Buffer {
  const { version = 'FlabuffersModel_v1', splits = [0, 1], sizes = [1, 1], offsets = [0, 1], leaves = 4 } = change;
  const fields: Field[] = Array.from({ length: 17 }, () => null);
  fields[1] = { ints: splits };
  fields[2] = { ints: sizes };
  fields[3] = { ints: offsets };
  fields[5] = [{ fields: [] }, { fields: [] }];
  fields[8] = { doubles: Array.from({ length: leaves }, () => 1) };
  if (change.steps !== undefined) fields[10] = { ints: change.steps };
  if (change.leafIds !== undefined) fields[11] = { ints: change.leafIds };
  const parts = change.parts === undefined ? null : texts(change.parts);
  const root = table({ fields: [version, { fields }, null, parts] });
  return Buffer.concat([u32(4 + root.at), root.bytes]);
}

/** One text in a vector of texts, with the trick that a vector of one table has the same form. */
function texts(values: readonly string[]): Field {
  const lengths = values.map((value) => Math.ceil((4 + value.length + 1) / 4));
  const words: number[] = [];
  let at = values.length;
  for (const [index, length] of lengths.entries()) {
    words.push((at - index) * 4);
    at += length;
  }
  for (const [index, value] of values.entries()) {
    const bytes = Buffer.alloc((lengths[index] ?? 0) * 4);
    bytes.writeUInt32LE(value.length, 0);
    bytes.write(value, 4);
    for (let offset = 0; offset < bytes.length; offset += 4) words.push(bytes.readInt32LE(offset));
  }
  // The count of the vector is that of the texts, although the words behind them stand in it too.
  return { ints: Object.assign(words, { texts: values.length }) };
}

function cbm(change: Change = {}, behind = Buffer.alloc(0)): Buffer {
  const bytes = core(change);
  // The count of the texts, which `ints` wrote as the number of words.
  if (change.parts !== undefined) {
    const first = bytes.indexOf(change.parts[0] ?? '');
    bytes.writeUInt32LE(change.parts.length, first - 4 - change.parts.length * 4 - 4);
  }
  return Buffer.concat([Buffer.from('CBM1'), u32(bytes.length), bytes, behind]);
}

const tables = Buffer.concat([u32(1), u32(14), u32(8), Buffer.from([4, 0, 4, 0]), u32(4), Buffer.of(0, 0)]);

function broken(name: string, rule: string, content: Buffer): CorpusCase {
  return malformed(`catboost: ${name}`, 'unsafe', [`catboost/${rule}`], 'model.cbm', content);
}

const steps = {
  splits: [0, 0, 0],
  sizes: [3],
  offsets: [0],
  steps: [0x00020001, 0, 0],
  leafIds: [-1, 0, 1],
  leaves: 2,
};

/** CatBoost models. */
export const catboostCases: readonly CorpusCase[] = [
  benign('catboost: two symmetric trees', 'model.cbm', cbm()),
  benign('catboost: a tree of steps', 'model.cbm', cbm(steps)),
  benign('catboost: with tables of categorical features', 'model.cbm', cbm({ parts: ['static_provider_v1'] }, tables)),
  unchecked('catboost: text features', ['catboost/part'], 'model.cbm', cbm({ parts: ['text_process_v2'] }, tables)),
  broken('shorter than its length field', 'length', Buffer.from('CBM1\x01')),
  broken('a core longer than the file', 'length', cbm().subarray(0, -1)),
  broken('text behind the core', 'length', cbm({}, Buffer.from('#!/bin/sh\n'))),
  broken(
    'text behind the tables',
    'length',
    cbm({ parts: ['static_provider_v1'] }, Buffer.concat([tables, Buffer.of(1)])),
  ),
  broken('tables cut off', 'length', cbm({ parts: ['static_provider_v1'] }, tables.subarray(0, -1))),
  broken('an unknown version', 'core', cbm({ version: 'FlabuffersModel_v9' })),
  broken('a tree of 900 splits', 'core', cbm({ sizes: [900, 1] })),
  broken('a tree of -1 splits', 'core', cbm({ sizes: [-1, 3] })),
  broken('splits that no tree has', 'core', cbm({ splits: [0, 1, 2] })),
  broken('a tree at another place', 'core', cbm({ offsets: [0, 0] })),
  broken('a leaf value missing', 'core', cbm({ leaves: 3 })),
  broken('a step out of the tree', 'core', cbm({ ...steps, steps: [0x00090001, 0, 0] })),
  broken('a leaf that is not there', 'core', cbm({ ...steps, leafIds: [-1, 0, 9] })),
  broken('fewer steps than nodes', 'core', cbm({ ...steps, steps: [0x00010001] })),
  broken('a root outside the buffer', 'core', Buffer.concat([Buffer.from('CBM1'), u32(8), u32(1000, 0)])),
  broken('a vtable outside the buffer', 'core', Buffer.concat([Buffer.from('CBM1'), u32(8), u32(4, 1000)])),
];
