import type { Verdict } from '../../../src/pipeline/evidence.ts';
import { Budget } from '../../../src/model/budget.ts';
import { Findings } from '../../../src/model/findings.ts';
import { headOf } from '../../../src/model/formats/format.ts';
import { recognise } from '../../../src/model/formats/index.ts';
import { defaultPolicy } from '../../../src/model/policy.ts';
import { BufferSource } from '../../../src/model/source.ts';

/** Judges a content in memory, given in pieces of `step` bytes, with or without random access. */
export async function judgeContent(
  name: string,
  content: Buffer,
  step = content.length,
  source = true,
  budget = new Budget(content.length),
): Promise<{ verdict: Verdict; rules: readonly string[] }> {
  const findings = new Findings();
  const head = headOf(name, content, source ? content.length : null);
  const { format } = await recognise(head);
  const inspector = await format.inspect({
    head,
    findings,
    policy: defaultPolicy,
    source: source ? new BufferSource(content) : null,
    budget,
    recognise,
  });
  for (let from = 0; from < content.length; from += Math.max(1, step)) {
    // A copy that is spoilt afterwards: inspectors must not keep the chunk.
    const piece = content.subarray(from, from + Math.max(1, step));
    // Large files are read into memory that the thread which hashes them shares.
    const chunk = Buffer.from(new SharedArrayBuffer(piece.length));
    piece.copy(chunk);
    await inspector.write(chunk);
    chunk.fill(0xa5);
  }
  const { unaccounted } = await inspector.end();
  if (unaccounted === true) findings.add('format/unknown', null, 'Not known.');
  return { verdict: findings.verdict, rules: findings.list().map(({ rule }) => rule) };
}
