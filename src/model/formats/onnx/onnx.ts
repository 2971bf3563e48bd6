import { readVarint } from '../../protobuf/wire.ts';
import type { Format } from '../format.ts';
import { loaded } from '../loaded.ts';

/** ONNX: a graph of operators with its weights, in one protobuf message. */
export const onnx: Format = {
  id: 'onnx',
  title: 'an ONNX model',
  extensions: ['onnx'],
  // Every writer puts the version first.
  detect: ({ extension, bytes }) => (extension === 'onnx' && bytes[0] === 0x08) || startsModel(bytes),
  inspect: loaded(async () => (await import('./inspector.ts')).inspectOnnx),
};

/** Whether the bytes begin like a model: its version, texts about its origin, then a graph or the versions of the operators. */
function startsModel(bytes: Buffer): boolean {
  if (bytes.length < 8 || bytes[0] !== 0x08 || (bytes[1] ?? 0) > 0x40) return false;
  for (let at = 2; at < bytes.length;) {
    const tag = bytes[at] ?? 0;
    const value = readVarint(bytes, at + 1, bytes.length);
    if (value === null) return false;
    // graph, opset_import
    if (tag === 0x3a) return [0x0a, 0x12, 0x2a, 0x52, 0x5a, 0x62].includes(bytes[value.next] ?? 0);
    if (tag === 0x42) return [0x0a, 0x10].includes(bytes[value.next] ?? 0) && value.value < 64;
    if (tag === 0x28) at = value.next;
    else if ([0x12, 0x1a, 0x22, 0x32].includes(tag)) at = value.next + value.value;
    else return false;
    // A saved_model.pb begins with the same two tags, but binary data stands in the second field.
    if (tag === 0x12 && !isText(bytes.subarray(value.next, at))) return false;
  }
  return false;
}

function isText(bytes: Buffer): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
}
