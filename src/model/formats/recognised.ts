import type { Format, Head } from './format.ts';
import { named } from './named.ts';

/** Formats that are told apart and not checked yet: inconclusive, with their name. */
export const recognised: readonly Format[] = [
  named('7z', 'a 7z archive', 'opaque/other', ['7z'], starts('7z\xbc\xaf\x27\x1c')),
  named(
    'tensorflow-graph',
    'a graph of TensorFlow',
    'format/unsupported',
    ['pb'],
    ({ extension }) => extension === 'pb',
  ),
  named('joblib-zf', 'a compressed file of an old joblib (before 0.10)', 'format/unsupported', [], starts('ZF0x')),
];

/** Whether the content begins with the signature, one character per byte. */
function starts(signature: string): (head: Head) => boolean {
  return ({ bytes }) => bytes.toString('latin1', 0, signature.length) === signature;
}
