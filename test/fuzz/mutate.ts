/** Largest input; formats that need more are tested by their own tests. Bytes. */
export const maxBytes = 64 * 1024;

/** Numbers at which lengths and counts go wrong. */
const edges = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** Changes one to four things about an input; `pool` gives pieces of other inputs. */
export function mutate(input: Buffer, pool: readonly Buffer[], next: () => number): Buffer {
  let changed: Buffer = Buffer.from(input);
  const times = 1 + Math.floor(next() * 4);
  for (let time = 0; time < times; time++) {
    const change = changes[Math.floor(next() * changes.length)] ?? flip;
    changed = change(changed, pool, next);
  }
  return changed.subarray(0, maxBytes);
}

type Change = (input: Buffer, pool: readonly Buffer[], next: () => number) => Buffer;

const changes: readonly Change[] = [flip, flip, setEdge, setEdge, remove, repeat, insertPiece, insertPiece, truncate];

function flip(input: Buffer, _pool: readonly Buffer[], next: () => number): Buffer {
  const at = Math.floor(next() * input.length);
  if (input.length > 0) input[at] = (input[at] ?? 0) ^ (1 << Math.floor(next() * 8));
  return input;
}

/** A number of 1, 2, 4 or 8 bytes, in either order. */
function setEdge(input: Buffer, _pool: readonly Buffer[], next: () => number): Buffer {
  const width = [1, 2, 4, 8][Math.floor(next() * 4)] ?? 1;
  if (input.length < width) return input;
  const at = Math.floor(next() * (input.length - width + 1));
  const value = edges[Math.floor(next() * edges.length)] ?? 0;
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(value >>> 0);
  if (width === 8 && value === 0xffffffff) bytes.fill(0xff);
  const used = bytes.subarray(0, width);
  (next() < 0.5 ? used : Buffer.from(used).reverse()).copy(input, at);
  return input;
}

function remove(input: Buffer, _pool: readonly Buffer[], next: () => number): Buffer {
  const at = Math.floor(next() * input.length);
  return Buffer.concat([input.subarray(0, at), input.subarray(at + 1 + Math.floor(next() * 16))]);
}

function repeat(input: Buffer, _pool: readonly Buffer[], next: () => number): Buffer {
  const at = Math.floor(next() * input.length);
  const piece = input.subarray(at, at + 1 + Math.floor(next() * 64));
  const times = next() < 0.1 ? 64 : 2;
  return Buffer.concat([input.subarray(0, at), ...Array.from({ length: times }, () => piece), input.subarray(at)]);
}

function insertPiece(input: Buffer, pool: readonly Buffer[], next: () => number): Buffer {
  const other = pool[Math.floor(next() * pool.length)] ?? input;
  const from = Math.floor(next() * other.length);
  const piece = other.subarray(from, from + 1 + Math.floor(next() * 64));
  const at = Math.floor(next() * (input.length + 1));
  const over = next() < 0.5 ? piece.length : 0;
  return Buffer.concat([input.subarray(0, at), piece, input.subarray(at + over)]);
}

function truncate(input: Buffer, _pool: readonly Buffer[], next: () => number): Buffer {
  return next() < 0.2 ? input.subarray(0, Math.floor(next() * (input.length + 1))) : input;
}
