import type { Format, Head } from './format.ts';

/** Formats that are told apart and not checked yet: inconclusive, with their name. */
export const recognised: readonly Format[] = [
  known('7z', 'a 7z archive', ['7z'], starts('7z\xbc\xaf\x27\x1c')),
  known('tflite', 'a TensorFlow Lite model', ['tflite'], ({ bytes }) => at(bytes, 4, 'TFL3')),
  known('tensorflow-graph', 'a graph of TensorFlow', ['pb'], ({ extension }) => extension === 'pb'),
  known('joblib-zf', 'a compressed file of an old joblib (before 0.10)', [], starts('ZF0x')),
];

function known(id: string, title: string, extensions: readonly string[], detect: (head: Head) => boolean): Format {
  return {
    id,
    title,
    extensions,
    detect,
    inspect: ({ findings }) => ({
      write: () => undefined,
      end: () => {
        findings.add('format/unsupported', 0, `This is ${title}.`);
        return { format: id, facts: {} };
      },
    }),
  };
}

function starts(signature: string): (head: Head) => boolean {
  return ({ bytes }) => at(bytes, 0, signature);
}

/** Whether the signature, one character per byte, stands at the offset. */
function at(bytes: Buffer, offset: number, signature: string): boolean {
  return bytes.toString('latin1', offset, offset + signature.length) === signature;
}
