import type { Format } from './format.ts';

/** Content that no format recognises. */
export const unknown: Format = {
  id: 'unknown',
  title: 'an unknown format',
  extensions: [],
  detect: () => true,
  inspect: () => ({
    write: () => undefined,
    end: () => ({ format: 'unknown', facts: {}, unaccounted: true }),
  }),
};
