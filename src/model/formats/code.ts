import type { Format } from './format.ts';

const extensions = ['py', 'pyw', 'pyc', 'pyx', 'sh', 'bat', 'ps1', 'js', 'so', 'dll', 'dylib', 'exe', 'whl', 'jar'];

/** Programs: they are never part of the weights. */
export const code: Format = {
  id: 'code',
  title: 'program code',
  extensions,
  detect: ({ bytes, extension }) => extensions.includes(extension) || bytes.subarray(0, 2).toString('latin1') === '#!',
  inspect: ({ findings, head }) => ({
    write: () => undefined,
    end: () => {
      findings.add(
        'format/code',
        null,
        `${head.extension === '' ? 'A script' : `A .${head.extension} file`} is program code.`,
      );
      return { format: 'code', facts: {} };
    },
  }),
};
