import type { Format } from './format.ts';
import { loaded } from './loaded.ts';

/** JSON documents: configurations, tokenizers with their chat templates, golden files. */
export const json: Format = {
  id: 'json',
  title: 'JSON',
  extensions: ['json'],
  // XGBoost writes JSON under names of its own.
  accepts: ['bst'],
  detect: ({ extension, bytes }) =>
    (extension === 'json' && bytes.length > 0) ||
    // A signature of the model, or of one of its files.
    (extension === 'sig' && bytes[0] === 0x7b) ||
    /^\{\s*"learner"\s*:/.test(bytes.toString('latin1', 0, 64)),
  inspect: loaded(async () => (await import('./json-inspector.ts')).inspectJson),
};
