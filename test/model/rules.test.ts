import { describe, expect, it } from 'vitest';
import { rulesPage } from '../../scripts/generate/rules-page.ts';
import { rules } from '../../src/model/rules/index.ts';
import type { Rule } from '../../src/model/rules/rule.ts';

describe('the catalogue of rules', () => {
  it.each(Object.entries<Rule>(rules))('%s says why, what to do, and gives examples', (id, rule) => {
    expect(id).toMatch(/^[a-z0-9-]+\/[a-z0-9-]+$/);
    const { why, fix, bad, good, cwe = [], cve = [], severity, verdict } = rule;
    for (const text of [why, fix, bad, good]) {
      expect(text.trim()).not.toBe('');
      // One line each: the page is a list.
      expect(text).not.toMatch(/[\n\r]/);
    }
    expect(why).toMatch(/[.!?)]$/);
    expect(fix).toMatch(/[.!?)]$/);
    for (const number of cwe) expect(number).toBeGreaterThan(0);
    for (const advisory of cve) expect(advisory).toMatch(/^(CVE-\d{4}-\d{4,}|GHSA(-[0-9a-z]{4}){3})$/);
    // What fails a model is never told as a remark.
    if (verdict === 'unsafe') expect(['high', 'critical']).toContain(severity);
    if (verdict === 'inconclusive') expect(['medium', 'high', 'critical']).toContain(severity);
  });

  it('is a page with every rule once', () => {
    const headings = [...rulesPage().matchAll(/^### (.*)$/gm)].map((match) => match[1]);
    expect(headings.toSorted()).toEqual(Object.keys(rules).toSorted());
  });
});
