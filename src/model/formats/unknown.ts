import type { Format } from './format.ts';

/** Content that no format recognises. */
export const unknown: Format = {
  id: 'unknown',
  title: 'an unknown format',
  extensions: [],
  detect: () => true,
  inspect: ({ findings }) => ({
    write: () => undefined,
    end: () => {
      findings.add('format/unknown', null, 'The content is of no format that ml-deploy knows.');
      return { format: 'unknown', facts: {} };
    },
  }),
};
