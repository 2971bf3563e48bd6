import { again, convert, regular, rewrite, vetted } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const pickleRules = {
  'pickle/dangerous-global': rule(
    'critical',
    'unsafe',
    'Loading the file imports it, whether or not it is called.',
    rewrite,
    {
      cwe: [502, 184],
      cve: ['CVE-2025-1716', 'CVE-2025-10157', 'GHSA-vvpj-8cmc-gx39'],
      bad: '`cos\\nsystem\\n.`',
      good: '`csklearn.linear_model._base\\nLinearRegression\\n.`',
    },
  ),
  'pickle/dangerous-call': rule(
    'critical',
    'unsafe',
    'The call happens while the file is loaded, before any check of the result.',
    rewrite,
    { cwe: [502, 94], bad: '`os.system("id")` through REDUCE', good: '`numpy.dtype("<f8")` through REDUCE' },
  ),
  'pickle/patch': rule(
    'critical',
    'unsafe',
    'Changing a class or function changes the program that loads the file.',
    rewrite,
    {
      cwe: [502, 915],
      bad: 'BUILD that sets `__reduce__` of a class',
      good: 'BUILD that gives an estimator its attributes',
    },
  ),
  'pickle/frame-straddle': rule('high', 'unsafe', 'This hides opcodes from scanners; no pickler writes it.', rewrite, {
    cwe: [436, 502],
    bad: 'an opcode whose argument goes over the end of its FRAME',
    good: 'frames that end between two opcodes',
  }),
  'pickle/expansion': rule(
    'high',
    'unsafe',
    'Hashing, comparing, copying or printing such an object never ends.',
    rewrite,
    {
      cwe: [776, 674],
      bad: 'a tuple of nine tuples of nine tuples ..., or a list that is its own key',
      good: 'a list of a million floats',
    },
  ),
  'pickle/unlisted-global': rule(
    'medium',
    'inconclusive',
    'Loading runs the code behind this name, and nobody vetted what that does: everything that is not listed is refused.',
    vetted,
    { cwe: [502], bad: '`some_package.do_it`', good: '`numpy.ndarray`' },
  ),
  'pickle/unlisted-call': rule(
    'medium',
    'inconclusive',
    'Being named is allowed; this use is not what its library writes.',
    vetted,
    {
      cwe: [502],
      bad: '`numpy.core.multiarray._reconstruct` with a class that is no array',
      good: '`numpy.core.multiarray._reconstruct(numpy.ndarray, (0,), b"b")`',
    },
  ),
  'pickle/unreadable-global': rule('medium', 'inconclusive', 'What it imports cannot be told.', rewrite, {
    cwe: [502],
    bad: 'STACK_GLOBAL on a name that a call returned',
    good: 'STACK_GLOBAL on two strings',
  }),
  'pickle/outside': rule('medium', 'inconclusive', 'What it is depends on the program that loads the file.', regular, {
    bad: 'a persistent id or an extension code (EXT1)',
    good: 'everything inside the stream',
  }),
  'pickle/irregular': rule('medium', 'inconclusive', 'Readers may disagree on what such a file contains.', regular, {
    cwe: [436],
    bad: '`I0x10`, which only some readers take as a number',
    good: '`I16`',
  }),
  'pickle/malformed': rule(
    'medium',
    'inconclusive',
    'Python stops here with an error; what stands before it has run by then.',
    regular,
    { bad: 'POP on an empty stack', good: 'a stack that holds one object at STOP' },
  ),
  'pickle/unknown-opcode': rule(
    'medium',
    'inconclusive',
    'Python stops here with an error; what stands before it has run by then.',
    regular,
    { bad: 'the byte 0xff where an opcode should be', good: 'opcodes of protocols 0 to 5' },
  ),
  'pickle/truncated': rule('medium', 'inconclusive', 'Python runs what is there and then stops with an error.', again, {
    bad: 'the first half of a pickle',
    good: 'the whole pickle, with STOP',
  }),
  'pickle/trailing-bytes': rule(
    'medium',
    'inconclusive',
    'Bytes behind the pickle are not part of the model; they may be something else.',
    regular,
    { cwe: [506], bad: 'a zip archive behind STOP', good: 'nothing behind STOP' },
  ),
  'pickle/nested': rule(
    'high',
    'unsafe',
    'A pickle inside a pickle is how attacks get past scanners; it does no harm until it is loaded.',
    rewrite,
    { cwe: [506, 502], bad: 'a byte string with `cos\\nsystem\\n...` in it', good: 'a byte string with array data' },
  ),
  'pickle/storage': rule(
    'medium',
    'inconclusive',
    'Data that does not match its description is read as something else, or lies unused in the file.',
    again,
    {
      cwe: [1284],
      bad: 'a storage of 3 floats that has 40 bytes of data, or that no tensor uses',
      good: 'a storage with the bytes that its type and size need',
    },
  ),
  'pickle/limit': rule('medium', 'inconclusive', 'More than this is not followed.', convert, {
    cwe: [400],
    bad: 'a pickle whose structure needs more memory than the scanner allows itself',
    good: 'a pickle of a gigabyte of arrays',
  }),
} as const satisfies Record<string, Rule>;
