import type { WaiverConfig } from '../config/config.ts';
import type { FileEvidence, Finding, Verdict } from '../pipeline/evidence.ts';
import { worse } from './findings.ts';
import { ruleOf } from './rules/index.ts';

/**
 * Applies waivers to a file: findings whose rule, file and digest match are marked and no longer decide the verdict. A waiver that has
 * expired, or that was given for other content, waives nothing and is a finding itself.
 * @param file after every check
 * @param waivers of the project, for any file
 * @param today ISO date, UTC
 */
export function applyWaivers(file: FileEvidence, waivers: readonly WaiverConfig[], today: string): FileEvidence {
  const mine = waivers.filter((waiver) => waiver.file === file.path);
  if (mine.length === 0) return file;
  const lapsed = mine.flatMap((waiver) => lapse(waiver, file, today));
  const valid = mine.filter((waiver) => waiver.sha256 === file.sha256 && waiver.expires >= today);
  const findings = file.findings.map((finding) => {
    const waiver = valid.find(({ rule }) => rule === finding.rule);
    if (waiver === undefined) return finding;
    const { reason, owner, expires } = waiver;
    return { ...finding, waived: { reason, owner, expires } };
  });
  const all = [...findings, ...lapsed];
  return { ...file, findings: all, verdict: verdictOf(all) };
}

/** The verdict that findings make: those that are waived decide nothing. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  return findings
    .filter(({ waived }) => waived === undefined)
    .reduce<Verdict>((worst, { rule }) => worse(worst, ruleOf(rule).verdict), 'clean');
}

/** What is said about a waiver that no longer holds, when what it was for is still there. */
function lapse(waiver: WaiverConfig, file: FileEvidence, today: string): Finding[] {
  const found = file.findings.some(({ rule }) => rule === waiver.rule);
  const expired = waiver.expires < today;
  const other = waiver.sha256 !== file.sha256;
  if (!found || !(expired || other)) return [];
  const rule = ruleOf('policy/waiver');
  const why = other
    ? `The waiver of ${waiver.rule} is for content with the sha256 ${waiver.sha256}; this file has ${file.sha256}.`
    : `The waiver of ${waiver.rule} ended on ${waiver.expires}.`;
  return [
    { rule: 'policy/waiver', severity: rule.severity, offset: null, message: `${why} ${rule.why}`, hint: rule.fix },
  ];
}
