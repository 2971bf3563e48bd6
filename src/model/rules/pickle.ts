import { again, convert, regular, rewrite, vetted } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const pickleRules = {
  'pickle/dangerous-global': rule(
    'critical',
    'unsafe',
    'Loading the file imports it, whether or not it is called.',
    rewrite,
  ),
  'pickle/dangerous-call': rule(
    'critical',
    'unsafe',
    'The call happens while the file is loaded, before any check of the result.',
    rewrite,
  ),
  'pickle/patch': rule(
    'critical',
    'unsafe',
    'Changing a class or function changes the program that loads the file.',
    rewrite,
  ),
  'pickle/frame-straddle': rule('high', 'unsafe', 'This hides opcodes from scanners; no pickler writes it.', rewrite),
  'pickle/expansion': rule(
    'high',
    'unsafe',
    'Hashing, comparing, copying or printing such an object never ends.',
    rewrite,
  ),
  'pickle/unlisted-global': rule(
    'medium',
    'inconclusive',
    'Loading runs the code behind this name, and nobody vetted what that does: everything that is not listed is refused.',
    vetted,
  ),
  'pickle/unlisted-call': rule(
    'medium',
    'inconclusive',
    'Being named is allowed; this use is not what its library writes.',
    vetted,
  ),
  'pickle/unreadable-global': rule('medium', 'inconclusive', 'What it imports cannot be told.', rewrite),
  'pickle/outside': rule('medium', 'inconclusive', 'What it is depends on the program that loads the file.', regular),
  'pickle/irregular': rule('medium', 'inconclusive', 'Readers may disagree on what such a file contains.', regular),
  'pickle/malformed': rule(
    'medium',
    'inconclusive',
    'Python stops here with an error; what stands before it has run by then.',
    regular,
  ),
  'pickle/unknown-opcode': rule(
    'medium',
    'inconclusive',
    'Python stops here with an error; what stands before it has run by then.',
    regular,
  ),
  'pickle/truncated': rule('medium', 'inconclusive', 'Python runs what is there and then stops with an error.', again),
  'pickle/trailing-bytes': rule(
    'medium',
    'inconclusive',
    'Bytes behind the pickle are not part of the model; they may be something else.',
    regular,
  ),
  'pickle/nested': rule(
    'high',
    'unsafe',
    'A pickle inside a pickle is how attacks get past scanners; it does no harm until it is loaded.',
    rewrite,
  ),
  'pickle/limit': rule('medium', 'inconclusive', 'More than this is not followed.', convert),
} as const satisfies Record<string, Rule>;
