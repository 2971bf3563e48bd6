import { expect, test } from 'vitest';
import { Rulings } from '../../src/model/pickle/rulings.ts';
import { defaultPolicy } from '../../src/model/policy.ts';
import { corpus } from '../model/corpus/index.ts';
import { CPython } from '../model/pickle/oracle/cpython.ts';
import { mutate } from './mutate.ts';
import { random } from './random.ts';
import { judge } from './target.ts';

const total = Number(process.env['NEVER_CLEAN'] ?? 300_000);
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_123);
const batchSize = 2000;

const rulings = new Rulings(defaultPolicy);

/** Globals that no allow-list has, whatever else is done with them. */
function refused(names: readonly string[]): readonly string[] {
  return names.filter((name) => {
    const [module = '', global = ''] = name.split('\n');
    return ['dangerous', 'unlisted'].includes(rulings.of(module, global).kind);
  });
}

const malicious = corpus
  .filter(({ nature, expect: { rules } }) => nature === 'dangerous' && rules.includes('pickle/dangerous-global'))
  .flatMap(({ files }) => Object.entries(files))
  .flatMap(([name, content]) =>
    name.endsWith('.pkl') && Buffer.isBuffer(content) && content.length < 4096 ? [content] : [],
  );

test(`of ${total} mutated malicious pickles none is clean from which CPython still takes the global`, async () => {
  expect(malicious.length).toBeGreaterThan(50);
  const python = await CPython.start(process.env['DIFFERENTIAL_PYTHON'] ?? 'python3');
  const next = random(seed);
  let clean = 0;
  let reaching = 0;
  const wrong: string[] = [];
  for (let done = 0; done < total; done += batchSize) {
    const inputs = Array.from({ length: batchSize }, () =>
      mutate(malicious[Math.floor(next() * malicious.length)] ?? Buffer.alloc(0), malicious, next),
    ).filter(({ length }) => length > 0);
    const answers = python.judge(inputs);
    const verdicts: string[] = [];
    for (const input of inputs) verdicts.push((await judge('model.pkl', input, input.length)).verdict);
    for (const [index, answer] of (await answers).entries()) {
      const names = answer.flatMap(([, ...globals]) => refused(globals));
      if (names.length > 0) reaching++;
      if (verdicts[index] !== 'clean') continue;
      clean++;
      if (names.length > 0) wrong.push(`${inputs[index]?.toString('base64')} reaches ${names.join(', ')}`);
    }
  }
  await python.stop();
  console.log(
    `seed ${seed}: CPython ${python.version} reaches a refused global in ${reaching} of ${total}; ${clean} are clean`,
  );
  expect(wrong).toEqual([]);
  expect(reaching).toBeGreaterThan(total / 20);
}, 7_200_000);
