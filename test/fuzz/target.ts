import { Budget } from '../../src/model/budget.ts';
import { Findings } from '../../src/model/findings.ts';
import { headBytes, headOf } from '../../src/model/formats/format.ts';
import { inspectAs } from '../../src/model/formats/also-pickle.ts';
import { recognise } from '../../src/model/formats/index.ts';
import { defaultPolicy } from '../../src/model/policy.ts';
import { BufferSource } from '../../src/model/source.ts';
import type { Finding, Verdict } from '../../src/pipeline/evidence.ts';

/** What is said about a file. */
export interface Said {
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
}

/** Judges a file as `validate` does, without the disk, in pieces of `step` bytes. */
export async function judge(name: string, content: Buffer, step: number): Promise<Said> {
  const findings = new Findings();
  // The first piece of a real file is never shorter than the head.
  const first = Math.max(step, headBytes);
  const head = headOf(name, content.subarray(0, first), content.length);
  const { format, promised } = await recognise(head);
  if (promised !== null) findings.add('format/mismatch', 0, 'The name promises another format.');
  const source = new BufferSource(content);
  const inspector = await inspectAs(format, {
    head,
    findings,
    policy: defaultPolicy,
    source,
    budget: new Budget(content.length),
    recognise,
  });
  for (let from = 0; from < content.length; from += step) {
    // A copy that is wiped: nobody may keep the chunk.
    const chunk = Buffer.from(content.subarray(from, from + step));
    await inspector.write(chunk);
    chunk.fill(0xaa);
  }
  const { unaccounted } = await inspector.end();
  if (unaccounted === true) findings.add('format/unknown', null, 'Unknown.');
  return { verdict: findings.verdict, findings: findings.list() };
}
