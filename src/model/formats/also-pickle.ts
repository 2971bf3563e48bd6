import type { Format, Head, InspectContext, Inspector } from './format.ts';
import { loaded } from './loaded.ts';

/** Formats that are read as pickles already. */
const pickles: ReadonlySet<string> = new Set(['pickle', 'torch-legacy']);

const shadow = loaded(async () => {
  const { ShadowPickle } = await import('./shadow-pickle.ts');
  return (context: InspectContext) => new ShadowPickle(context);
});

/**
 * Begins to read a content in its format. Programs that unpickle choose the file by its name, or by what another file says, and never look
 * whether the bytes are something else: what could be a pickle is read as one as well.
 */
export async function inspectAs(format: Format, context: InspectContext): Promise<Inspector> {
  const inspector = await format.inspect(context);
  if (pickles.has(format.id) || !mayBePickle(context.head)) return inspector;
  const other = await shadow(context);
  return {
    write: (chunk) => {
      other.write(chunk);
      return inspector.write(chunk);
    },
    end: () => {
      other.end();
      return inspector.end();
    },
  };
}

/** Opcodes by the size of their argument, bytes. */
const fixed: Readonly<Record<number, string>> = {
  0: '(.012NQRabd}el]ost)u\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94\x97\x98',
  1: 'Khq\x80\x82',
  2: 'M\x83',
  4: 'Jjr\x84',
  8: 'G\x95',
};
/** By the size of the length in front of it, bytes. */
const counted: Readonly<Record<number, string>> = { 1: 'UC\x8a\x8c', 4: 'TBX\x8b', 8: '\x8d\x8e\x96' };
/** By the number of lines that it is. */
const lines: Readonly<Record<number, string>> = { 1: 'FILSVPgp', 2: 'ci' };
/** Those that need nothing before them. A zip file would begin with P, which no loader of whole files answers. */
const first = '(NFILSVcKMJGUCTBX]})\x80\x82\x83\x84\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96';
/** So many opcodes are looked at before the machine is asked, which has to be loaded. */
const looked = 8;

type Skip = (bytes: Buffer, at: number) => number | null;

const skips: ReadonlyMap<number, Skip> = new Map([
  ...skipsOf(fixed, (size) => (_, at) => at + size),
  ...skipsOf(
    counted,
    (size) => (bytes, at) => (at + size > bytes.length ? null : at + size + lengthAt(bytes, at, size)),
  ),
  ...skipsOf(lines, (count) => (bytes, at) => {
    let end = at;
    for (let line = 0; line < count && end > 0; line++) end = bytes.indexOf(10, end) + 1;
    return end > 0 && isValue(bytes, at) ? end : null;
  }),
]);

function skipsOf(table: Readonly<Record<number, string>>, skip: (size: number) => Skip): [number, Skip][] {
  return Object.entries(table).flatMap(([size, opcodes]) =>
    Array.from(opcodes, (opcode): [number, Skip] => [opcode.charCodeAt(0), skip(Number(size))]),
  );
}

function lengthAt(bytes: Buffer, at: number, size: number): number {
  return size === 8 ? Number(bytes.readBigUInt64LE(at)) : bytes.readUIntLE(at, size);
}

/** Numbers and quoted texts are told from words, with which documents begin. */
function isValue(bytes: Buffer, at: number): boolean {
  const kind = String.fromCharCode(bytes[at - 1] ?? 0);
  const start = bytes.toString('latin1', at, at + 8);
  if ('IL'.includes(kind)) return /^[\s\d+-]/.test(start);
  if (kind === 'F') return /^[\s\d+.-]|^(nan|inf)/i.test(start);
  return kind !== 'S' || /^\s*['"]/.test(start);
}

/** Whether the first opcodes are some, as far as that is seen without running them: contents of other formats fail at the first or second. */
function mayBePickle({ bytes, size }: Head): boolean {
  if (bytes.length === 0 || !first.includes(String.fromCharCode(bytes[0] ?? 0))) return false;
  let at = 0;
  for (let count = 0; count < looked && at < bytes.length; count++) {
    const next = skips.get(bytes[at] ?? 0)?.(bytes, at + 1);
    if (next === undefined) return false;
    // A line or a length that goes on behind the head.
    if (next === null) return at > 0 || size === null || size > bytes.length;
    at = next;
  }
  return size === null || at <= size;
}
