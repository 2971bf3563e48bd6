import { again, regular, rewrite } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const compressionRules = {
  'compression/corrupt': rule('medium', 'inconclusive', 'What cannot be unpacked cannot be checked.', again),
  'compression/trailing-bytes': rule(
    'medium',
    'inconclusive',
    'Bytes behind the data are not part of the model; they may be something else.',
    regular,
  ),
  'compression/ratio': rule('high', 'unsafe', 'Unpacking it fills the memory of whoever loads it.', rewrite),
} as const satisfies Record<string, Rule>;
