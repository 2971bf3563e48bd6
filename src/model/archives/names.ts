import { printable } from '../../printable.ts';
import type { Findings } from '../findings.ts';

/** Rules of one kind of archive. */
export interface NameRules {
  readonly path: 'zip/path' | 'tar/path';
  readonly name: 'zip/name' | 'tar/name';
  readonly duplicate: 'zip/duplicate' | 'tar/duplicate';
}

/** Checks the names of an archive's members, one after the other, for what leads out of the archive or is seen differently by readers. */
export class Names {
  private readonly rules: NameRules;
  private readonly findings: Findings;
  /** Every name, folded, with how it was written first. */
  private readonly seen = new Map<string, string>();

  constructor(rules: NameRules, findings: Findings) {
    this.rules = rules;
    this.findings = findings;
  }

  add(name: string, offset: number): void {
    const { rules, findings } = this;
    const shown = `"${printable(name)}"`;
    const outside = leadsOutside(name);
    if (outside !== null) findings.add(rules.path, offset, `The name ${shown} ${outside}.`);
    else if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uFFFD]/u.test(name) || name === '') {
      findings.add(rules.name, offset, `The name ${shown} has characters that are not shown, or none.`);
    } else if (/(^|\/)(\.?)\/|\/\.$/.test(name)) {
      findings.add(rules.name, offset, `The name ${shown} has empty parts.`);
    }
    const folded = name.normalize('NFKC').toLowerCase().replace(/\/$/, '');
    const first = this.seen.get(folded);
    if (first === undefined) this.seen.set(folded, name);
    else if (first === name) findings.add(rules.duplicate, offset, `${shown} is in the archive more than once.`);
    else findings.add(rules.name, offset, `${shown} and "${printable(first)}" are one name to some readers.`);
  }

  /** The names so far. */
  get all(): ReadonlySet<string> {
    return new Set(this.seen.values());
  }
}

function leadsOutside(name: string): string | null {
  if (name.startsWith('/') || /^[a-zA-Z]:/.test(name)) return 'is absolute';
  if (name.includes('\\')) return 'has a backslash, which separates folders on Windows';
  if (name.includes('\0')) return 'has a zero byte, at which some readers end it';
  return name.split('/').includes('..') ? 'leads out of the archive' : null;
}
