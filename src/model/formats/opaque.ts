import type { Format, Head } from './format.ts';
import { documents } from './text.ts';
import { named } from './named.ts';
import { tensorrt } from './tensorrt.ts';

const native = [
  '\x7fELF',
  'MZ',
  '\xfe\xed\xfa\xce',
  '\xfe\xed\xfa\xcf',
  '\xce\xfa\xed\xfe',
  '\xcf\xfa\xed\xfe',
  '\xca\xfe\xba\xbe',
];

/** Formats that cannot be told harmless from their bytes: inconclusive, with what would make them acceptable. */
export const opaque: readonly Format[] = [
  tensorrt((head) => ['ftrt', 'ptrt'].includes(start(head, 4))),
  {
    ...named('native', 'a native program', 'opaque/native-code', [], (head) =>
      native.some((mark) => start(head, mark.length) === mark),
    ),
    accepts: ['so', 'dll', 'dylib', 'exe'],
  },
  named('coreml', 'a Core ML model', 'opaque/coreml', ['mlmodel'], ({ extension, bytes }) => {
    // The version of the specification: field 1, a small number.
    return extension === 'mlmodel' && bytes[0] === 8 && (bytes[1] ?? 0) < 32;
  }),
  xml((head) => {
    if (documents.includes(head.extension)) return false;
    const beginning = start(head, 256).replace('\xef\xbb\xbf', '');
    return (head.extension === 'pmml' ? /^\s*</ : /^\s*<(\?xml|PMML|net)\b/).test(beginning);
  }),
];

/** The same by their names alone: for content that is nothing else. */
export const opaqueByName: readonly Format[] = [
  tensorrt(({ extension }) => ['engine', 'plan', 'trt'].includes(extension)),
  // Such as UTF-16.
  xml(({ extension }) => extension === 'pmml'),
];

function xml(detect: (head: Head) => boolean): Format {
  return {
    id: 'xml',
    title: 'an XML document',
    extensions: ['pmml', 'xml'],
    detect,
    inspect: ({ findings, head }) => {
      const name = /<PMML\b/.test(start(head, 4096)) ? 'pmml' : /<net\b/.test(start(head, 4096)) ? 'openvino' : 'xml';
      let offset = 0;
      let end = '';
      let declared = false;
      return {
        write: (chunk) => {
          // The declaration may stand across two chunks. Zero bytes are those of UTF-16.
          const text = end + chunk.toString('latin1');
          const found = /<\0?!\0?(D\0?O\0?C\0?T\0?Y\0?P\0?E|E\0?N\0?T\0?I\0?T\0?Y)/i.exec(text);
          if (found !== null && !declared) {
            declared = true;
            const at = offset - end.length + found.index;
            findings.add('opaque/xml-entities', at, 'The document declares a document type or entities.');
          }
          end = text.slice(-32);
          offset += chunk.length;
        },
        end: () => {
          const title = { pmml: 'a PMML model', openvino: 'an OpenVINO model', xml: 'an XML document' }[name];
          findings.add('opaque/xml', 0, `This is ${title}.`);
          return { format: name, facts: {} };
        },
      };
    },
  };
}

/** The first bytes, one character each. */
function start({ bytes }: Head, length: number): string {
  return bytes.toString('latin1', 0, length);
}
