import { rule, type Rule } from './rule.ts';

export const pictureRules = {
  'picture/malformed': rule(
    'high',
    'inconclusive',
    'A picture that is broken, or has bytes that are no part of it, may carry something else.',
    'Remove the picture from the model folder, or save it again with a program for pictures.',
    { cwe: [434], bad: 'logo.png with an archive behind its last chunk', good: 'logo.png that ends with IEND' },
  ),
} as const satisfies Record<string, Rule>;
