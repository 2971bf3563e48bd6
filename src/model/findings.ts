import type { Finding, Verdict } from '../pipeline/evidence.ts';
import { escaped } from '../printable.ts';
import { ruleOf, type RuleId } from './rules/index.ts';

/** Findings of one rule that are kept; more are counted. */
const keptPerRule = 8;
/** The same for the parts of a file together, such as the members of an archive. */
const keptOfParts = 32;

/** Where the findings of one file, or of a part of it, go. */
export class Findings {
  private readonly member: string | undefined;
  private readonly found: Finding[] = [];
  // A model may have very many files, and most of them have no findings.
  private counts: Map<RuleId, number> | undefined;
  private included: Map<RuleId, number> | undefined;
  private unlisted: Map<RuleId, number> | undefined;
  private worst: Verdict = 'clean';

  /** @param member names the part of the file that offsets refer to */
  constructor(member?: string) {
    this.member = member;
  }

  get verdict(): Verdict {
    return this.worst;
  }

  /** Adds a finding; what was found is a sentence, why and how to fix come from the rule. */
  add(id: RuleId, offset: number | null, what: string): void {
    const rule = ruleOf(id);
    this.worst = worse(this.worst, rule.verdict);
    this.counts ??= new Map();
    const count = (this.counts.get(id) ?? 0) + 1;
    this.counts.set(id, count);
    if (count > keptPerRule) {
      this.leaveOut(id, 1);
      return;
    }
    this.found.push({
      rule: id,
      severity: rule.severity,
      offset,
      ...(this.member === undefined ? {} : { member: escaped(this.member) }),
      // Names from the model end up on terminals and in pages.
      message: `${escaped(what)} ${rule.why}`,
      hint: rule.fix,
    });
  }

  /** The name of a part of this part. */
  within(title: string): string {
    return this.member === undefined ? title : `${this.member}, ${title}`;
  }

  /** Takes over the findings about a part of the file. */
  include(part: Findings): void {
    this.worst = worse(this.worst, part.worst);
    this.included ??= new Map();
    for (const finding of part.found) {
      const id = finding.rule as RuleId;
      const included = (this.included.get(id) ?? 0) + 1;
      this.included.set(id, included);
      if (included <= keptOfParts) this.found.push(finding);
      else this.leaveOut(id, 1);
    }
    for (const [id, more] of part.unlisted ?? []) this.leaveOut(id, more);
  }

  /** Turns findings of these rules into remarks of another one: `by`, a sentence, says why. */
  excuse(ids: ReadonlySet<RuleId>, remark: RuleId, by: string): void {
    const excused = new Set([...this.ruleIds()].filter((id) => ids.has(id)));
    if (excused.size === 0) return;
    const { severity, why, fix: hint } = ruleOf(remark);
    for (const [index, finding] of this.found.entries()) {
      if (!excused.has(finding.rule as RuleId)) continue;
      const what = finding.message.slice(0, -ruleOf(finding.rule).why.length).trim();
      this.found[index] = { ...finding, rule: remark, severity, message: `${what} ${escaped(by)} ${why}`, hint };
    }
    for (const counts of [this.counts, this.included, this.unlisted]) {
      if (counts === undefined) continue;
      const more = [...excused].reduce((sum, id) => sum + (counts.get(id) ?? 0), counts.get(remark) ?? 0);
      for (const id of excused) counts.delete(id);
      if (more > 0) counts.set(remark, more);
    }
    this.worst = [...this.ruleIds()].reduce<Verdict>((worst, id) => worse(worst, ruleOf(id).verdict), 'clean');
  }

  /** Of everything that was found, listed or not. */
  private ruleIds(): Set<RuleId> {
    return new Set([
      ...(this.counts?.keys() ?? []),
      ...(this.included?.keys() ?? []),
      ...(this.unlisted?.keys() ?? []),
    ]);
  }

  /** In the order of the bytes; a last line per rule says how many more there were. */
  list(): Finding[] {
    const sorted = this.found.toSorted((a, b) => (a.offset ?? -1) - (b.offset ?? -1));
    for (const [id, more] of this.unlisted ?? []) {
      const rule = ruleOf(id);
      const message = `${more} more findings of this rule are not listed.`;
      sorted.push({ rule: id, severity: rule.severity, offset: null, message, hint: rule.fix });
    }
    return sorted;
  }

  private leaveOut(id: RuleId, more: number): void {
    this.unlisted ??= new Map();
    this.unlisted.set(id, (this.unlisted.get(id) ?? 0) + more);
  }
}

const order: readonly Verdict[] = ['clean', 'inconclusive', 'unsafe'];

/** The worse of two verdicts. */
export function worse(a: Verdict, b: Verdict): Verdict {
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}
