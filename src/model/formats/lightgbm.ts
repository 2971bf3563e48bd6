import type { Format } from './format.ts';
import { loaded } from './loaded.ts';

/** Models that LightGBM saves as text. */
export const lightgbm: Format = {
  id: 'lightgbm',
  title: 'a LightGBM model',
  extensions: ['lgb', 'lgbm'],
  accepts: ['txt', 'bst'],
  detect: ({ bytes }) => /^tree\r?\nversion=/.test(bytes.toString('latin1', 0, 16)),
  inspect: loaded(async () => (await import('./lightgbm-inspector.ts')).inspectLightgbm),
};
