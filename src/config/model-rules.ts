import type { Config } from './config.ts';
import type { Violation } from './rules.ts';

/** Rules between keys of `model`. */
export function modelRules(config: Config): Violation[] {
  return [...signatureRules(config), ...previousRules(config), ...dayRules(config)];
}

function signatureRules({ model: { requireSignature: signature } }: Config): Violation[] {
  if (signature === null) return [];
  const { key, certificates, sigstore, identity } = signature;
  const where = ['model', 'requireSignature'];
  const named = [key, certificates, sigstore].filter((each) => each !== null).length;
  if (named !== 1) {
    const message = named === 0 ? 'names nobody' : 'names several signers';
    return [{ where, message, expected: 'one of `key`, `certificates` and `sigstore`' }];
  }
  if (identity === null || certificates !== null) return [];
  return [
    { where: [...where, 'identity'], message: 'is used with certificates only', expected: '`certificates` beside it' },
  ];
}

/** A limit of growth only means something with the release before. */
function previousRules({ model: { previous, maxGrowth } }: Config): Violation[] {
  if (previous !== null || maxGrowth === null) return [];
  const expected = '`model.previous`, the evidence of the previous release';
  return [{ where: ['model', 'maxGrowth'], message: 'has nothing to compare with', expected }];
}

/** Exceptions end on a day that there is. */
function dayRules({ model }: Config): Violation[] {
  return (['allow', 'waivers'] as const).flatMap((list) =>
    model[list].flatMap(({ expires }, index): Violation[] =>
      isDay(expires)
        ? []
        : [
            {
              where: ['model', list, index, 'expires'],
              message: `found \`${expires}\``,
              expected: 'a day of the calendar',
            },
          ],
    ),
  );
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  // JavaScript rolls 2027-02-30 over to March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
