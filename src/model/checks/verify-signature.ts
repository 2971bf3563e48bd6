import { readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { parseBundle } from '../../signing/bundle.ts';
import { compareFiles, type Compared, type PresentFile } from '../../signing/manifest.ts';
import { SigningProblem } from '../../signing/problem.ts';
import { parseStatement, type Statement } from '../../signing/statement.ts';
import { verifyBundle } from '../../signing/verify.ts';
import { printable } from '../../printable.ts';
import type { SignaturePolicy } from '../policy.ts';
import type { RuleId } from '../rules/index.ts';
import { largest, type WholeModel } from './check.ts';

/** A bundle lists every file; more than this is none. Bytes. */
const maxBundle = 256 * 1024 * 1024;

/**
 * What no reader of bytes can vouch for: only somebody whom the project trusts can answer for it. Never anything that is known to do harm,
 * that breaks its format, whose kind is not known, or that could be looked into and is not (`format/unsupported`: an old joblib is a
 * pickle all the same).
 */
const notLookedInto: ReadonlySet<RuleId> = new Set([
  'opaque/native-code',
  'opaque/coreml',
  'opaque/xml',
  'opaque/other',
]);

/** Looks for the bundle, verifies it, and compares the files with what it says; the result is a finding, whatever it is. */
export async function verifySignature(model: WholeModel, wanted: SignaturePolicy, signal: AbortSignal): Promise<void> {
  const findings = largest(model)?.findings;
  const place = wanted.bundle ?? (model.isFolder ? join(model.root, 'model.sig') : `${model.root}.sig`);
  const text = await readBundle(place);
  if (text === null) {
    findings?.add(
      'signature/missing',
      null,
      `There is no signature at ${printable(wanted.bundle ?? (model.isFolder ? 'model.sig' : `${model.path}.sig`))}.`,
    );
    return;
  }
  try {
    const { who, statement } = await verified(text, wanted);
    const compared = await compareFiles(statement, present(model), inside(model, place), signal);
    report(model, compared);
    if (compared.mismatches.length > 0) return;
    answerFor(model, compared, who);
    findings?.add(
      'signature/verified',
      null,
      `Signed by ${printable(who)}: ${statement.resources.length} digests of ${statement.hash}.`,
    );
  } catch (error) {
    if (!(error instanceof SigningProblem)) throw error;
    findings?.add('signature/invalid', null, `The signature does not count: ${printable(error.message)}.`);
  }
}

/** What differs from what was signed. */
function report(model: WholeModel, { mismatches, uncovered }: Compared): void {
  for (const { path, what } of mismatches) {
    const file = model.files.find(({ entry }) => entry.path === path) ?? largest(model);
    file?.findings.add('signature/mismatch', null, `"${printable(path)}" ${what}.`);
  }
  for (const path of uncovered) {
    const file = model.files.find(({ entry }) => entry.path === path);
    file?.findings.add('signature/uncovered', null, 'The signature lists it in ignore_paths.');
  }
}

/** The signer answers for what was not looked into. */
function answerFor({ files }: WholeModel, { covered }: Compared, who: string): void {
  for (const { entry, findings } of files) {
    if (covered.has(entry.path))
      findings.excuse(notLookedInto, 'signature/answers', `It is signed by ${printable(who)}.`);
  }
}

async function verified(text: string, { trust }: SignaturePolicy): Promise<{ who: string; statement: Statement }> {
  const bundle = parseBundle(text);
  const who = await verifyBundle(bundle, trust, new Date());
  return { who, statement: parseStatement(bundle.payload) };
}

async function readBundle(path: string): Promise<string | null> {
  try {
    const { size } = await stat(path);
    return size > maxBundle ? '' : await readFile(path, 'utf8');
  } catch {
    return null;
  }
}

function present({ files, root, isFolder }: WholeModel): PresentFile[] {
  return files.map(({ entry, bytes, sha256 }) => ({
    path: entry.path,
    file: entry.file,
    bytes,
    sha256,
    isLink: entry.file !== null && isFolder && entry.file !== join(root, entry.path),
  }));
}

/** The path of the bundle in the model, null when it stands elsewhere. */
function inside({ root, isFolder }: WholeModel, place: string): string | null {
  if (!isFolder) return null;
  const path = relative(root, place);
  return path.startsWith('..') ? null : path.split(sep).join('/');
}
