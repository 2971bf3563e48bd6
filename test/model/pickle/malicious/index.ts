import { bombs } from './bombs.ts';
import { hidden } from './hidden.ts';
import { misuse } from './misuse.ts';
import { named } from './names.ts';
import { parsing } from './parsing.ts';
import type { Malicious } from './sample.ts';
import { stacking } from './stacking.ts';

/** Pickles that must not be called clean, by the kind of trick. */
export const malicious: readonly Malicious[] = [...named, ...stacking, ...parsing, ...misuse, ...hidden, ...bombs];
