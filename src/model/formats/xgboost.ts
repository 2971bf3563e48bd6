import type { Format } from './format.ts';
import { loaded } from './loaded.ts';

/** XGBoost models in Universal Binary JSON, its default since version 2.1. */
export const xgboost: Format = {
  id: 'xgboost',
  title: 'an XGBoost model (UBJSON)',
  extensions: ['ubj'],
  // Whatever the name, XGBoost 3.1 writes this format.
  accepts: ['bst', 'bin'],
  // JSON text has a quotation mark, white space or a closing brace here; this is the length of a key.
  detect: ({ bytes }) => bytes[0] === 0x7b && 'iUIlL'.includes(String.fromCharCode(bytes[1] ?? 0)),
  inspect: loaded(async () => (await import('./xgboost-inspector.ts')).inspectXgboost),
};

/** The binary format of old versions: recognised, with what to do. */
export const xgboostBinary: Format = {
  id: 'xgboost-binary',
  title: 'an XGBoost model in its old binary format',
  extensions: ['bst'],
  detect: ({ bytes, extension }) =>
    bytes.toString('latin1', 0, 4) === 'binf' ||
    bytes.toString('latin1', 0, 14) === 'CONFIG-offset:' ||
    (['bst', 'model', 'deprecated', 'bin', 'xgb'].includes(extension) && namesBooster(bytes)),
  inspect: ({ findings }) => ({
    write: () => undefined,
    end: () => {
      findings.add('xgboost/binary', 0, 'This is an XGBoost model in its old binary format.');
      return { format: 'xgboost-binary', facts: {} };
    },
  }),
};

/** Behind a structure of 136 bytes stand the names of the objective and of the booster, with their lengths. */
function namesBooster(bytes: Buffer): boolean {
  if (bytes.length < 160) return false;
  const length = Number(bytes.readBigUInt64LE(136));
  if (length > 64) return false;
  return /^(gbtree|gblinear|dart)/.test(bytes.toString('latin1', 144 + length + 8, 144 + length + 16));
}
