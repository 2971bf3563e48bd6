import type { Severity, Verdict } from '../../pipeline/evidence.ts';

/** A rule: what a finding of it means. The id is stable; `docs/rules.md` lists them all. */
export interface Rule extends Background {
  readonly severity: Severity;
  /** Verdict of a file that has such a finding and nothing worse; `clean` for remarks. */
  readonly verdict: Verdict;
  /** Why it matters, one sentence; follows what was found. */
  readonly why: string;
  /** What to do about it. */
  readonly fix: string;
}

/** For the catalogue: what else is known about a rule. */
export interface Background {
  /** Common Weakness Enumeration numbers. */
  readonly cwe?: readonly number[];
  /** Advisories of attacks that it stops: `CVE-2025-1716`, `GHSA-...`. */
  readonly cve?: readonly string[];
  /** A file that breaks it, in a line. */
  readonly bad: string;
  /** Its sibling that does not. */
  readonly good: string;
}

/** Puts a rule together. */
export function rule(severity: Severity, verdict: Verdict, why: string, fix: string, background: Background): Rule {
  return { severity, verdict, why, fix, ...background };
}
