import type { Message } from '../../protobuf/message.ts';
import { printable } from '../../../printable.ts';
import type { Judgement } from './judgement.ts';

/** What the entries of `external_data` may be called. */
const keys = ['location', 'offset', 'length', 'checksum', 'basepath'];

/** Reads where the data of a tensor stands in another file, and refuses every place that is not a plain path below the model. */
export function readExternal(tensor: Message, bytes: number, user: string, judgement: Judgement): void {
  const { findings } = judgement;
  const entries = new Map<string, string>();
  for (const entry of tensor.messages('external_data')) {
    const key = entry.text('key');
    if (entries.has(key) || !keys.includes(key)) {
      const what = entries.has(key) ? 'twice' : 'which is not known';
      findings.add('onnx/external-data', entry.offset, `The ${user} has the entry "${printable(key)}" ${what}.`);
    }
    entries.set(key, entry.text('value'));
  }
  const location = entries.get('location') ?? '';
  const problem = pathProblem(location) ?? (entries.has('basepath') ? 'has a base path of its own' : null);
  if (problem !== null) {
    findings.add(
      'onnx/external-path',
      tensor.offset,
      `The data of the ${user} is at "${printable(location)}", which ${problem}.`,
    );
    return;
  }
  const offset = natural(entries.get('offset') ?? '0');
  const length = natural(entries.get('length') ?? String(bytes));
  if (offset === null || length === null || length !== bytes) {
    const what = `offset ${printable(entries.get('offset') ?? '0')}, length ${printable(entries.get('length') ?? 'none')}`;
    findings.add('onnx/external-data', tensor.offset, `The ${user} needs ${bytes} bytes, but its place is ${what}.`);
    return;
  }
  judgement.references.push({ path: location, offset, length, user, kind: 'onnx-external-data' });
}

/** Why a location is not a path below the folder of the model; null when it is one. */
export function pathProblem(location: string): string | null {
  if (location === '') return 'is no file';
  if (location.includes('_ORT_MEM_ADDR_')) return 'is an address in the memory of the process that loads it';
  if (/\p{C}/u.test(location)) return 'has an invisible character';
  if (/^[\\/]/.test(location) || /^[A-Za-z]:/.test(location)) return 'is an absolute path';
  // Some readers cut a location at the `#`, and normalise it afterwards.
  if (location.split(/[\\/#?]/).includes('..')) return 'leads out of the folder of the model';
  if (/^[A-Za-z][\w+.-]*:/.test(location)) return 'is a URL';
  if (location.includes('\\')) return 'has a backslash, which is a separator on some systems only';
  return null;
}

function natural(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}
