import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pickleBenignCases } from '../corpus/pickle-benign.ts';
import { pickleHiddenCases } from '../corpus/pickle-hidden.ts';
import { pickleReadingCases } from '../corpus/pickle-readings.ts';
import { pickleCases } from '../corpus/pickle.ts';
import { disagreement } from './oracle/compare.ts';
import { CPython } from './oracle/cpython.ts';
import { grammatical, mutated, noise } from './oracle/generator.ts';
import { plausible } from './oracle/plausible.ts';
import { Random } from './oracle/random.ts';
import { read } from './oracle/reading.ts';

/** Pickles that are generated and compared; set DIFFERENTIAL for another number. */
const total = Number(process.env['DIFFERENTIAL'] ?? 1_000_000);
const seed = Number(process.env['DIFFERENTIAL_SEED'] ?? 20_261_123);
const batchSize = 2000;

const folder = new URL('../fixtures/real/', import.meta.url);
const real = readdirSync(folder)
  .filter((name) => /^[a-z0-9]+(\.p\d)?\.pkl$/.test(name))
  .map((name) => readFileSync(new URL(name, folder)));
const cases = [...pickleBenignCases, ...pickleCases, ...pickleHiddenCases, ...pickleReadingCases];
const contents = cases
  // Python itself would hash a bomb for ever.
  .filter(({ expect: { rules } }) => !rules.includes('pickle/expansion'))
  .flatMap(({ files }) => Object.values(files).flatMap((content) => (Buffer.isBuffer(content) ? [content] : [])));
const pool = [...contents.filter(({ length }) => length < 2000), ...real];

function generate(random: Random): Buffer {
  const kind = random.next();
  if (kind < 0.4) return plausible(random);
  if (kind < 0.65) return grammatical(random);
  return kind < 0.97 ? mutated(random, pool) : noise(random);
}

describe('CPython itself', () => {
  it('reads the benign pickles of the corpus, and reaches what the dangerous ones name', async () => {
    const python = await CPython.start(process.env['DIFFERENTIAL_PYTHON'] ?? 'python3');
    const whole = cases.flatMap(({ name, nature, files, expect: { rules } }) =>
      Object.values(files).flatMap((content) =>
        Buffer.isBuffer(content) && !rules.includes('pickle/expansion') ? [{ name, nature, rules, content }] : [],
      ),
    );
    const answers = await python.judge(whole.map(({ content }) => content));
    await python.stop();
    const wrong = whole.filter(({ name, nature, rules }, index) => {
      const answer = answers[index] ?? [];
      if (nature === 'benign') return answer.some(([accepts]) => accepts === 0);
      // One call of an unpickler reads one stream.
      if (!rules.includes('pickle/dangerous-global') || name.includes('stream')) return false;
      return answer.every(([, ...globals]) => globals.length === 0);
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it(`agrees with the machine on ${total} pickles`, async () => {
    const python = await CPython.start(process.env['DIFFERENTIAL_PYTHON'] ?? 'python3');
    const random = new Random(seed);
    const wrong = new Map<string, string[]>();
    const counts = { accepted: 0, flagged: 0, refused: 0, globals: 0 };
    let next = contents;
    for (let done = 0; done < total && wrong.size < 1000;) {
      const batch = next;
      const answers = python.judge(batch);
      // Both sides work at the same time.
      const ours = batch.map((content) =>
        read(content, random.below(content.length + 1), random.chance(0.7) ? 4096 : 16),
      );
      next = Array.from({ length: Math.min(batchSize, total) }, () => generate(random));
      for (const [index, answer] of (await answers).entries()) {
        const reading = ours[index] as (typeof ours)[0];
        if (reading.state === 'failed') counts.refused++;
        else if (reading.flags.length > 0) counts.flagged++;
        else counts.accepted++;
        if (answer.some(([, ...globals]) => globals.length > 0)) counts.globals++;
        const problem = disagreement(reading, answer);
        if (problem === null) continue;
        const shown = `${batch[index]?.toString('latin1').replaceAll(/[^ -~]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)} ${JSON.stringify(reading.flags)} ${JSON.stringify(answer)}`;
        wrong.set(problem, [...(wrong.get(problem) ?? []), shown]);
      }
      done += batch.length;
    }
    await python.stop();
    console.log(`CPython ${python.version}, seed ${seed}: ${JSON.stringify(counts)}`);
    const worst = [...wrong].map(
      ([problem, examples]) =>
        `${problem}: ${examples
          .toSorted((a, b) => a.length - b.length)
          .slice(0, 8)
          .join('\n')} (${examples.length})`,
    );
    expect(worst).toEqual([]);
  });
});
