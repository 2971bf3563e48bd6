import { realpath } from 'node:fs/promises';
import { unnamedSource } from '../contract/compare.ts';
import { modelDigest } from '../pipeline/model-digest.ts';
import type { Contract, FileEvidence, ValidateEvidence, Verdict } from '../pipeline/evidence.ts';
import type { Reporter } from '../pipeline/reporter.ts';
import { escaped } from '../printable.ts';
import { checks } from './checks/index.ts';
import { worse } from './findings.ts';
import { inOrder } from './in-order.ts';
import { fileEvidence, inspectEntry } from './inspect.ts';
import { Unit } from './layouts/unit.ts';
import { leftOutNote } from './left-out.ts';
import { applyLayouts } from './layouts/index.ts';
import { defaultPolicy, type Policy } from './policy.ts';
import { Progress } from './progress.ts';
import { ruleOf } from './rules/index.ts';
import { applyWaivers } from './waivers.ts';
import { walkModel } from './walk.ts';

/** What is said about one model. */
export interface Validated {
  readonly verdict: Verdict;
  readonly model: ValidateEvidence['model'];
  /** Inputs and outputs as the model itself tells them; null when it does not. */
  readonly contract: Contract | null;
  /** One sentence for people. */
  readonly summary: string;
}

export interface ValidateOptions {
  readonly policy?: Partial<Policy>;
  /** The path for the evidence, when it is not the one to read from. */
  readonly name?: string;
  /** Also what tools keep for themselves: where it would be loaded, as in an image. Default false. */
  readonly everything?: boolean;
}

/**
 * Judges the model at `path`, a file or a folder as one unit, without loading it. `clean` only when every byte of every file is
 * understood and allowed. Throws MlDeployError when there is nothing to judge (`model/missing`, `model/unreadable`, `model/empty`).
 */
export async function validatePath(
  path: string,
  options: ValidateOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<Validated> {
  const policy: Policy = { ...defaultPolicy, ...options.policy };
  const name = options.name ?? path;
  const task = reporter.task(`Read ${name}`);
  try {
    const { entries, isFolder, leftOut } = await walkModel(path, signal, undefined, options.everything);
    const progress = await Progress.of(task, entries);
    const onBytes = (more: number): void => progress.add(more);
    const sized = entries.map((entry, index) => ({ entry, bytes: progress.sizes[index] ?? null }));
    const inspected = await inOrder(sized, ({ entry }) => {
      signal.throwIfAborted();
      progress.next();
      return inspectEntry(entry, policy, onBytes, signal);
    });
    const { bytes } = progress;
    const { files: laidOut, contract: told } = await applyLayouts(new Unit(path, isFolder, inspected));
    // Code of the project may make the rows of an estimator from whatever its clients send.
    const contract = policy.ownEntry && told?.source === unnamedSource ? null : told;
    const whole = { path: name, root: await realpath(path), isFolder, files: laidOut, bytes, contract };
    for (const check of checks) await check(whole, policy, signal);
    const files = laidOut.map((file) => applyWaivers(fileEvidence(file), policy.waivers, policy.today));
    const verdict = files.reduce<Verdict>((worst, file) => worse(worst, file.verdict), 'clean');
    const note = leftOut.length === 0 ? null : escaped(leftOutNote(leftOut));
    if (note !== null) reporter.note('info', `${name}: ${note}`);
    const summary = summarise(verdict, files) + (note === null ? '' : `; ${note}`);
    // Reading has not failed, whatever was found.
    task.done(summary);
    return { verdict, model: { path: name, digest: modelDigest(files), bytes, files }, contract, summary };
  } catch (error) {
    task.fail();
    throw error;
  }
}

function summarise(verdict: Verdict, files: readonly FileEvidence[]): string {
  const what = files.length === 1 ? (files[0]?.path ?? '') : `${files.length} files`;
  const waived = files.flatMap(({ findings }) => findings.filter((finding) => finding.waived !== undefined)).length;
  if (verdict === 'clean') {
    const answered = files.filter(({ findings }) => findings.some(({ rule }) => rule === 'signature/answers')).length;
    if (answered > 0) {
      return `${what}: clean, but ${answered} not looked into: who signed ${answered === 1 ? 'it' : 'them'} answers`;
    }
    return waived === 0
      ? `${what}: every byte is understood, nothing outside the allow-lists`
      : `${what}: clean but for ${waived} waived ${waived === 1 ? 'finding' : 'findings'}`;
  }
  const worst = files.filter((file) => file.verdict === verdict);
  const findings = worst.flatMap((file) =>
    file.findings.filter((finding) => finding.waived === undefined && ruleOf(finding.rule).verdict === verdict),
  );
  const named = files.length === 1 ? what : `${worst.length} of ${what}`;
  const first = (findings[0]?.message ?? '').split(/(?<=\.) /)[0]?.replace(/\.$/, '') ?? '';
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
  return `${named} ${verdict === 'unsafe' ? 'unsafe' : 'inconclusive'}: ${first}${more}`;
}
