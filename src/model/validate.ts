import { bytes as formatBytes } from '../report/format.ts';
import { modelDigest } from '../pipeline/model-digest.ts';
import type { Contract, FileEvidence, Finding, ValidateEvidence, Verdict } from '../pipeline/evidence.ts';
import type { Reporter } from '../pipeline/reporter.ts';
import { worse } from './findings.ts';
import { fileEvidence, inspectEntry, type InspectedFile } from './inspect.ts';
import { Unit } from './layouts/unit.ts';
import { applyLayouts } from './layouts/index.ts';
import { Rulings } from './pickle/rulings.ts';
import { defaultPolicy, type Policy } from './policy.ts';
import { ruleOf } from './rules/index.ts';
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
  const task = reporter.task(`Read ${options.name ?? path}`);
  try {
    const { entries, isFolder } = await walkModel(path);
    const rulings = new Rulings(policy);
    const inspected: InspectedFile[] = [];
    let bytes = 0;
    for (const [index, entry] of entries.entries()) {
      signal.throwIfAborted();
      const onBytes = (more: number) => {
        bytes += more;
        task.update(`${entries.length === 1 ? '' : `file ${index + 1} of ${entries.length}, `}${formatBytes(bytes)}`);
      };
      inspected.push(await inspectEntry(entry, rulings, onBytes, signal));
    }
    const laidOut = await applyLayouts(new Unit(path, isFolder, inspected));
    const files = laidOut.files.map(fileEvidence);
    const limited = withSizeLimit(files, bytes, policy.maxBytes);
    const verdict = limited.reduce<Verdict>((worst, file) => worse(worst, file.verdict), 'clean');
    const summary = summarise(verdict, limited);
    // Reading has not failed, whatever was found.
    task.done(summary);
    return {
      verdict,
      model: { path: options.name ?? path, digest: modelDigest(limited), bytes, files: limited },
      contract: laidOut.contract,
      summary,
    };
  } catch (error) {
    task.fail();
    throw error;
  }
}

/** A model that is too large fails with its largest file. */
function withSizeLimit(files: readonly FileEvidence[], bytes: number, limit: number | null): readonly FileEvidence[] {
  if (limit === null || bytes <= limit) return files;
  const [largest] = files.toSorted((a, b) => b.bytes - a.bytes);
  const rule = ruleOf('policy/size');
  const finding: Finding = {
    rule: 'policy/size',
    severity: rule.severity,
    offset: null,
    message: `The model has ${bytes} bytes, ${bytes - limit} more than model.maxBytes allows (${limit}). ${rule.why}`,
    hint: rule.fix,
  };
  return files.map((file) =>
    file === largest
      ? { ...file, verdict: worse(file.verdict, rule.verdict), findings: [...file.findings, finding] }
      : file,
  );
}

function summarise(verdict: Verdict, files: readonly FileEvidence[]): string {
  const what = files.length === 1 ? (files[0]?.path ?? '') : `${files.length} files`;
  if (verdict === 'clean') return `${what}: every byte is understood, nothing outside the allow-lists`;
  const worst = files.filter((file) => file.verdict === verdict);
  const findings = worst.flatMap((file) => file.findings.filter(({ rule }) => ruleOf(rule).verdict === verdict));
  const named = files.length === 1 ? what : `${worst.length} of ${what}`;
  const first = (findings[0]?.message ?? '').split(/(?<=\.) /)[0]?.replace(/\.$/, '') ?? '';
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
  return `${named} ${verdict === 'unsafe' ? 'unsafe' : 'inconclusive'}: ${first}${more}`;
}
