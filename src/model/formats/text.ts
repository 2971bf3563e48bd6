import { TextDecoder } from 'node:util';
import type { Format, Head } from './format.ts';

/** Documents with markup, which browsers and Jupyter show and no library loads. */
export const documents = ['html', 'htm', 'svg', 'ipynb'];
const extensions = ['md', 'txt', 'rst', 'csv', 'tsv', 'vocab', 'jsonl', 'license', ...documents];
const names =
  /^(license|licence|copying|notice|readme|authors|changelog|citation\.cff|\.gitattributes|\.gitignore|\.gitkeep|dockerfile|containerfile|\.dockerignore|modelfile)$/i;

/** Documents beside a model: licences, model cards, vocabularies. */
export const text: Format = {
  id: 'text',
  title: 'plain text',
  extensions,
  detect: (head) => isNamedText(head) && !head.bytes.includes(0),
  inspect: ({ findings }) => {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let position = 0;
    let wrongFrom: number | null = null;
    return {
      write: (chunk) => {
        if (wrongFrom === null && !(decodes(decoder, chunk) && !chunk.includes(0))) wrongFrom = position;
        position += chunk.length;
      },
      end: () => {
        if (wrongFrom === null && !decodes(decoder, null)) wrongFrom = position;
        if (wrongFrom !== null)
          findings.add('text/not-text', wrongFrom, `From byte ${wrongFrom} on it is not UTF-8 text.`);
        return { format: 'text', facts: {} };
      },
    };
  },
};

function isNamedText(head: Head): boolean {
  return extensions.includes(head.extension) || names.test(head.name);
}

/** Whether the next bytes go on as UTF-8; null ends the text. */
function decodes(decoder: TextDecoder, chunk: Buffer | null): boolean {
  try {
    if (chunk === null) decoder.decode();
    else decoder.decode(chunk, { stream: true });
    return true;
  } catch {
    return false;
  }
}
