import type { Check } from './check.ts';
import { allowedFormats } from './formats.ts';
import { sizeLimit } from './size-limit.ts';

/** Every check of the whole model, in the order in which they run. */
export const checks: readonly Check[] = [allowedFormats, sizeLimit];
