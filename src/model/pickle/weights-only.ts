import type { Facts } from '../formats/format.ts';
import { opcodes } from './opcodes/index.ts';
import { torchModules } from './profiles/torch-modules.ts';

/** Whether `torch.load(weights_only=True)`, the default since PyTorch 2.6, reads a pickle. */
export interface WeightsOnly {
  readonly loads: boolean;
  /** Why not; empty when it does. */
  readonly because: string;
}

/**
 * First release whose loader keeps what it promises: before 2.6 other code could run all the same (CVE-2025-32434), before 2.10 it
 * could corrupt memory (CVE-2026-24747).
 */
export const weightsOnlySafeFrom = '2.10.0';

const readable = new Set(
  (
    'GLOBAL NEWOBJ REDUCE BUILD APPEND APPENDS SETITEM SETITEMS MARK TUPLE TUPLE1 TUPLE2 TUPLE3 NONE NEWFALSE NEWTRUE EMPTY_TUPLE ' +
    'EMPTY_LIST EMPTY_DICT EMPTY_SET BININT BININT1 BININT2 BINFLOAT BINUNICODE SHORT_BINSTRING BINPERSID BINGET LONG_BINGET ' +
    'BINPUT LONG_BINPUT LONG1 PROTO STOP'
  ).split(' '),
);

const allowed: readonly RegExp[] = [
  /^collections\.(OrderedDict|Counter)$/,
  /^_codecs\.encode$/,
  /^builtins\.(bytearray|set|complex)$/,
  /^torch\.nn\.parameter\.Parameter$/,
  /^torch\.serialization\._get_layout$/,
  /^torch\.(Size|Tensor|device)$/,
  /^torch\.(storage\.(TypedStorage|UntypedStorage)|(cuda\.)?[A-Z]\w*Storage)$/,
  /^torch\.(b?complex\d+|b?float\d\w*|u?int\d+|bool|bits\w+|qint\d+|quint\w+|per_(tensor|channel)_\w+)$/,
  /^torch\._tensor\._rebuild_from_type_v2$/,
  /^torch\._utils\._rebuild_(parameter|parameter_with_state|qtensor|tensor|tensor_v2|tensor_v3|sparse_tensor)$/,
  /^torch\._utils\._rebuild_(meta_tensor_no_storage|wrapper_subclass|device_tensor_from_(numpy|cpu_tensor))$/,
];

/**
 * What the newest loader says to a pickle with these opcodes (by byte, 1 when it occurs) and names. Only for pickles in which nothing
 * else was found.
 */
export function weightsOnly(seen: Uint8Array, globals: readonly string[]): WeightsOnly {
  const opcode = opcodes.find((each, byte) => each !== undefined && seen[byte] === 1 && !readable.has(each.name));
  if (opcode !== undefined) return { loads: false, because: `it uses the opcode ${opcode.name}` };
  const name = globals.find((path) => !allowed.some((pattern) => pattern.test(path)));
  if (name === undefined) return { loads: true, because: '' };
  const module = name.slice(0, name.lastIndexOf('.'));
  const layers = Object.hasOwn(torchModules, module) ? 'whole layers instead of a state dict: ' : '';
  return { loads: false, because: `it names ${layers}${name}` };
}

/** For the evidence, where nothing else was found. */
export function weightsOnlyFacts(seen: Uint8Array, globals: readonly string[]): Facts {
  const { loads, because } = weightsOnly(seen, globals);
  return loads ? { weightsOnly: true, weightsOnlySafeFrom } : { weightsOnly: false, weightsOnlyBecause: because };
}
