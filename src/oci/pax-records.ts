import { TarProblem } from './tar-problem.ts';

/** Records that say where an entry stands, and how long it is. */
const placing = ['path', 'linkpath', 'size'];

/**
 * Reads the records of a PAX extended header.
 * @param content of the header
 * @param global for all entries that follow, not only for the next one
 * @returns by their keywords; of a global header none, since none may concern what we read
 * @throws TarProblem for what cannot be read, and for what unpackers read in different ways
 */
export function paxRecords(content: Buffer, global: boolean): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const digits = content.toString('latin1', at, space === -1 ? at : Math.min(space, at + 16));
    const length = /^[0-9]+$/.test(digits) ? Number(digits) : 0;
    const record = content.subarray(space + 1, at + length);
    const equals = record.indexOf(0x3d);
    const whole = length > 0 && at + length <= content.length;
    if (space === -1 || !whole || equals < 1 || record.at(-1) !== 0x0a)
      throw new TarProblem('it has a PAX header that cannot be read');
    const key = record.toString('utf8', 0, equals);
    check(key, record.subarray(equals + 1, record.length - 1), records, global);
    records.set(key, record.toString('utf8', equals + 1, record.length - 1));
    at += length;
  }
  return global ? new Map() : records;
}

function check(key: string, value: Buffer, earlier: ReadonlyMap<string, string>, global: boolean): void {
  // Some fill the holes, others do not, and all of them name such a file by other records.
  if (key.startsWith('GNU.sparse.')) throw new TarProblem('it has a sparse file');
  if (key.includes('\0')) throw new TarProblem('it has a PAX header that cannot be read');
  if (!placing.includes(key)) return;
  const what = `a PAX record of the ${key} of an entry`;
  // Go's reader passes over global ones; others apply them.
  if (global) throw new TarProblem(`it has ${what} for all entries, which unpackers read in different ways`);
  if (earlier.has(key)) throw new TarProblem(`it tells the ${key} of an entry twice`);
  // An empty one is none for Go's reader, and an empty name for others.
  const fits = key === 'size' ? /^[0-9]{1,16}$/.test(value.toString('latin1')) : value.length > 0 && !value.includes(0);
  if (!fits) throw new TarProblem(`it has ${what} that is empty or cannot be read`);
}
