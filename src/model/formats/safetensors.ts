import { maxHeaderBytes } from '../../safetensors-header.ts';
import type { Format, Head } from './format.ts';
import { loaded } from './loaded.ts';

/** safetensors: a JSON header, then the bytes of the tensors without gaps. */
export const safetensors: Format = {
  id: 'safetensors',
  title: 'a safetensors file',
  extensions: ['safetensors'],
  detect: (head) => head.extension === 'safetensors' || startsHeader(head),
  inspect: loaded(async () => (await import('./safetensors-inspector.ts')).inspectSafetensors),
};

/** A length that fits the file, and an opening brace. */
function startsHeader({ bytes, size }: Head): boolean {
  if (bytes.length < 9 || bytes[8] !== 0x7b) return false;
  const length = bytes.readBigUInt64LE(0);
  return length >= 2n && length <= BigInt(maxHeaderBytes) && (size === null || length + 8n <= BigInt(size));
}
