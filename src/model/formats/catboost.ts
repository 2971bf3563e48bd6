import type { Format } from './format.ts';
import { loaded } from './loaded.ts';

/** CatBoost models (`.cbm`): a flat buffer with the trees, then parts for categorical features. */
export const catboost: Format = {
  id: 'catboost',
  title: 'a CatBoost model',
  extensions: ['cbm'],
  detect: ({ bytes }) => bytes.toString('latin1', 0, 4) === 'CBM1',
  inspect: loaded(async () => (await import('./catboost-inspector.ts')).inspectCatboost),
};
