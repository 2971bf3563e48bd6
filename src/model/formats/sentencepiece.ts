import type { Findings } from '../findings.ts';
import { PullParser, type Pulling, type Pushed } from '../pushed.ts';
import type { Format, Head, Inspected } from './format.ts';

/** Longest part of the file that is held in memory. Bytes. */
const maxPart = 16 * 1024 * 1024;
const text = 2;
const fixed32 = 5;

/** SentencePiece vocabularies (`tokenizer.model`): a protobuf message of pieces, then the settings. */
export const sentencepiece: Format = {
  id: 'sentencepiece',
  title: 'a SentencePiece vocabulary',
  extensions: ['spm'],
  detect: startsWithPiece,
  inspect: ({ findings }) => {
    const parser = new PullParser((pushed) => read(pushed, findings));
    return {
      write: (chunk) => {
        parser.write(chunk);
      },
      end: () => parser.end(),
    };
  },
};

/** A first field with a text in it, and a score behind the text. */
function startsWithPiece({ bytes }: Head): boolean {
  const [tag, length = 0, inner, textLength = 0] = bytes;
  return tag === 0x0a && inner === 0x0a && textLength + 7 <= length && length < 128 && bytes[4 + textLength] === 0x15;
}

class Malformed extends Error {}

function* read(pushed: Pushed, findings: Findings): Pulling<Inspected> {
  let pieces = 0;
  for (;;) {
    const at = pushed.offset;
    try {
      const tag = yield* varint(pushed, true);
      if (tag === null) break;
      const field = tag >> 3;
      if ((tag & 7) !== text || field < 1 || field > 5) throw new Malformed(`the unknown field ${field} (${tag & 7})`);
      const length = (yield* varint(pushed, false)) ?? 0;
      if (length > maxPart) throw new Malformed(`a part of ${length} bytes`);
      const part = yield* pushed.take(length);
      if (part === null) throw new Malformed('a part that is cut off');
      const fields = fieldsOf(part);
      if (field === 1) {
        checkPiece(fields);
        pieces++;
      }
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      findings.add('sentencepiece/malformed', at, `The vocabulary has ${error.message}.`);
      break;
    }
  }
  return { format: 'sentencepiece', facts: { pieces } };
}

function* varint(pushed: Pushed, first: boolean): Pulling<number | null> {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = yield* pushed.take(1);
    if (byte === null) {
      if (first && shift === 0) return null;
      throw new Malformed('a number that is cut off');
    }
    const bits = byte[0] ?? 0;
    value += (bits & 127) * 2 ** shift;
    if (bits < 128) return value;
  }
  throw new Malformed('a number that is too long');
}

interface Field {
  readonly number: number;
  readonly wire: number;
  readonly value: number;
}

/** The fields of a part, without what is in them. Throws Malformed. */
function fieldsOf(part: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const bits = part[at++];
      if (bits === undefined) break;
      value += (bits & 127) * 2 ** shift;
      if (bits < 128) return value;
    }
    throw new Malformed('a number that does not end');
  };
  while (at < part.length) {
    const tag = number();
    const wire = tag % 8;
    let value = 0;
    if (wire === 0) value = number();
    else if (wire === 1) at += 8;
    else if (wire === fixed32) at += 4;
    else if (wire === text) {
      value = number();
      at += value;
    } else throw new Malformed(`a field of the kind ${wire}`);
    if (at > part.length) throw new Malformed('a field that is longer than its part');
    fields.push({ number: Math.floor(tag / 8), wire, value });
  }
  return fields;
}

/** A piece is its text, its score and its kind. Throws Malformed. */
function checkPiece(fields: readonly Field[]): void {
  for (const { number, wire, value } of fields) {
    const fine = (number === 1 && wire === text) || (number === 2 && wire === fixed32) || (number === 3 && wire === 0);
    if (!fine) throw new Malformed(`a piece with the field ${number} (${wire})`);
    if (number === 3 && (value < 1 || value > 6)) throw new Malformed(`a piece of the kind ${value}`);
  }
}
