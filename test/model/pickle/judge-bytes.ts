import type { Finding, Verdict } from '../../../src/pipeline/evidence.ts';
import { Findings } from '../../../src/model/findings.ts';
import { Rulings } from '../../../src/model/pickle/rulings.ts';
import { PickleStreams } from '../../../src/model/pickle/streams.ts';
import { defaultPolicy, type Policy } from '../../../src/model/policy.ts';

export interface Judged {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  readonly rules: readonly string[];
  readonly facts: PickleStreams['facts'];
}

/** Judges a pickle, given in pieces of `step` bytes. */
export function judge(content: Buffer, step = content.length, policy: Partial<Policy> = {}): Judged {
  const findings = new Findings();
  const streams = new PickleStreams(findings, new Rulings({ ...defaultPolicy, ...policy }));
  for (let from = 0; from < content.length; from += step) streams.write(content.subarray(from, from + step));
  streams.end();
  const list = findings.list();
  return { verdict: findings.verdict, findings: list, rules: list.map(({ rule }) => rule), facts: streams.facts };
}
