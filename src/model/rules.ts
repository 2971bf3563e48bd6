import type { Severity, Verdict } from '../pipeline/evidence.ts';

/** A rule: what a finding of it means. The id is stable; `docs/validate.md` explains the groups. */
export interface Rule {
  readonly severity: Severity;
  /** Verdict of a file that has such a finding and nothing worse; `clean` for remarks. */
  readonly verdict: Verdict;
  /** Why it matters, one sentence; follows what was found. */
  readonly why: string;
  /** What to do about it. */
  readonly fix: string;
}

const rewrite =
  'Do not load this file. Get the model from its source again, or write it again in a trusted environment, and compare the checksums.';
const vetted =
  'Write the model with scikit-learn, NumPy and SciPy classes only, or as safetensors. If you know this name and trust it, add it to ' +
  'model.allow in mldeploy.yaml with a reason, an owner and an expiry date.';
const regular = 'Write the file again with pickle.dump or joblib.dump of a current Python.';
const again = 'Copy or download the file again and compare its size and checksum with the source.';
const convert =
  'Nothing can be said about this file yet. Convert it to a format that is checked (safetensors, or a scikit-learn pickle), or move it ' +
  'out of the model folder if the server does not need it.';

/** Every rule that findings name. */
export const rules = {
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
  'joblib/array': rule('medium', 'inconclusive', 'The bytes of the array cannot be told from opcodes.', regular),
  'joblib/second-reading': rule(
    'high',
    'unsafe',
    'joblib.load and pickle.load would do different things with this file.',
    rewrite,
  ),
  'policy/allowed': rule('info', 'clean', 'Allowed by this project.', 'Nothing to do until the entry expires.'),
  'policy/expired': rule(
    'high',
    'inconclusive',
    'An allow entry counts until its date.',
    'Look at the name again; then renew the date of the entry in model.allow, or remove the entry and the need for it.',
  ),
  'policy/size': rule(
    'high',
    'unsafe',
    'The limit model.maxBytes protects cluster and start times.',
    'Make the model smaller, or raise model.maxBytes.',
  ),
  'safetensors/header': rule('high', 'unsafe', 'Readers refuse such a file, or disagree on what it contains.', again),
  'safetensors/layout': rule(
    'high',
    'unsafe',
    'Bytes that belong to no tensor, or to several, are where other content hides.',
    'Write the file again with the safetensors library.',
  ),
  'safetensors/truncated': rule('high', 'unsafe', 'Readers refuse such a file.', again),
  'json/invalid': rule(
    'medium',
    'inconclusive',
    'Readers refuse such a file, or disagree on what it contains.',
    'Repair the JSON, or move the file out of the model folder.',
  ),
  'json/remote-code': rule(
    'high',
    'inconclusive',
    'Libraries import and run the code that it names when they load the model.',
    'Use a model type that is part of the library itself, and remove this key.',
  ),
  'text/not-text': rule(
    'medium',
    'inconclusive',
    'A document with other content may be something else in disguise.',
    convert,
  ),
  'compression/corrupt': rule('medium', 'inconclusive', 'What cannot be unpacked cannot be checked.', again),
  'compression/trailing-bytes': rule(
    'medium',
    'inconclusive',
    'Bytes behind the data are not part of the model; they may be something else.',
    regular,
  ),
  'compression/ratio': rule('high', 'unsafe', 'Unpacking it fills the memory of whoever loads it.', rewrite),
  'format/unsupported': rule('medium', 'inconclusive', 'This format is recognised but not checked yet.', convert),
  'format/unknown': rule('medium', 'inconclusive', 'What is not understood is never called clean.', convert),
  'format/mismatch': rule(
    'high',
    'inconclusive',
    'The name says one thing and the bytes another; programs choose their reader by either.',
    'Give the file the extension of what it is, or find out where it comes from.',
  ),
  'format/code': rule(
    'high',
    'inconclusive',
    'Code beside a model runs when the model is loaded or served, and is not checked here.',
    'Move the code out of the model folder; the server takes it from server.entry.',
  ),
  'file/empty': rule('medium', 'inconclusive', 'An empty file holds no model.', again),
  'file/link': rule(
    'high',
    'inconclusive',
    'A link may lead to other content at the next look.',
    'Replace the link by the file itself.',
  ),
  'file/special': rule(
    'high',
    'inconclusive',
    'Pipes, sockets and devices have no content that could be checked.',
    'Remove it from the model folder.',
  ),
  'file/unreadable': rule(
    'medium',
    'inconclusive',
    'What cannot be read cannot be checked.',
    'Give the user who runs ml-deploy the right to read it.',
  ),
  'file/changed': rule(
    'high',
    'inconclusive',
    'The file changed while it was read; what was checked is not what is there now.',
    'Validate again when nothing writes to the folder.',
  ),
  'file/name': rule(
    'medium',
    'inconclusive',
    'Such names mean different files on different systems.',
    'Rename the file.',
  ),
  'file/limit': rule(
    'medium',
    'inconclusive',
    'More than this is not walked.',
    'Point model.path at the folder of one model.',
  ),
} as const satisfies Record<string, Rule>;

export type RuleId = keyof typeof rules;

function rule(severity: Severity, verdict: Verdict, why: string, fix: string): Rule {
  return { severity, verdict, why, fix };
}

/** The rule with this id. */
export function ruleOf(id: string): Rule {
  const found: Rule | undefined = (rules as Readonly<Record<string, Rule>>)[id];
  if (found === undefined) throw new Error(`no rule ${id}`);
  return found;
}
