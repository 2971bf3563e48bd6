import type { Finding, Verdict } from '../pipeline/evidence.ts';
import { ruleOf, type RuleId } from './rules.ts';

/** Findings of one rule that are kept; more are counted. */
const keptPerRule = 8;

/** Where the findings of one file, or of a part of it, go. */
export class Findings {
  private readonly member: string | undefined;
  private readonly found: Finding[] = [];
  private readonly counts = new Map<RuleId, number>();
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
    const count = (this.counts.get(id) ?? 0) + 1;
    this.counts.set(id, count);
    if (count > keptPerRule) return;
    this.found.push({
      rule: id,
      severity: rule.severity,
      offset,
      ...(this.member === undefined ? {} : { member: this.member }),
      message: `${what} ${rule.why}`,
      hint: rule.fix,
    });
  }

  /** Takes over the findings about a part of the file. */
  include(part: Findings): void {
    this.worst = worse(this.worst, part.worst);
    this.found.push(...part.list());
  }

  /** In the order of the bytes; a last line per rule says how many more there were. */
  list(): Finding[] {
    const sorted = this.found.toSorted((a, b) => (a.offset ?? -1) - (b.offset ?? -1));
    for (const [id, count] of this.counts) {
      if (count <= keptPerRule) continue;
      const rule = ruleOf(id);
      const message = `${count - keptPerRule} more findings of this rule are not listed.`;
      sorted.push({ rule: id, severity: rule.severity, offset: null, message, hint: rule.fix });
    }
    return sorted;
  }
}

const order: readonly Verdict[] = ['clean', 'inconclusive', 'unsafe'];

/** The worse of two verdicts. */
export function worse(a: Verdict, b: Verdict): Verdict {
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}
