import { describe, expect, test } from 'vitest';
import { goldenJudge } from '../../src/golden/compare.ts';
import { parseGolden } from '../../src/golden/golden-file.ts';

/** What is said of answers to golden requests, one after the other, and of all of them. */
function judged(...pairs: readonly (readonly [request: object, answer: unknown])[]): readonly string[] {
  const requests = pairs.map(([request], index) => ({ name: String(index), body: 1, ...request }));
  const { judge, end } = goldenJudge();
  const found = parseGolden(JSON.stringify({ requests }), 'golden.json').flatMap((request, index) =>
    judge(request, pairs[index]?.[1]),
  );
  return [...found, ...end()];
}

describe('at', () => {
  const answer = { id: 7, outputs: [{ score: 1 }, { score: 2 }] };

  test.each<[object, string[]]>([
    [{ at: '$.outputs[1].score', expect: 2 }, []],
    [
      { at: '$.outputs[1].score', expect: 3 },
      ['$.outputs[1].score is 2, expected 3 (allowed: absolute 0.000001, relative 0.000001)'],
    ],
    [{ at: '$.outputs[*].score', expect: [1, 2] }, []],
    [
      { at: '$.outputs[*].score', expect: [1, 3] },
      ['$.outputs[*].score (2.) is 2, expected 3 (allowed: absolute 0.000001, relative 0.000001)'],
    ],
    [
      { at: '$.outputs[*].score', expect: [1] },
      ['$.outputs[*].score is at 2 places, expected 1 (allowed: absolute 0.000001, relative 0.000001)'],
    ],
    [
      { at: '$.other', expect: null, tolerance: 'exact' },
      ['$.other is not in the answer (allowed: absolute 0, relative 0)'],
    ],
  ])('%j', (request, problems) => {
    expect(judged([request, answer])).toEqual(problems);
  });
});

describe('cosine', () => {
  const near = {
    at: '$.data[*].embedding',
    expect: [
      [1, 0],
      [3, 4],
    ],
    tolerance: { cosine: 0.99 },
  };
  const embeddings = (...vectors: unknown[]) => ({ data: vectors.map((embedding) => ({ embedding })) });

  test('the direction counts, not the length', () => {
    expect(judged([near, embeddings([1, 0], [3, 4])])).toEqual([]);
    expect(judged([near, embeddings([10, 0.1], [0.3, 0.41])])).toEqual([]);
  });

  test.each([
    [
      [1, 0],
      [4, 3],
      '$.data[*].embedding (2.) has the cosine 0.960000 to the expected vector (allowed: cosine from 0.99)',
    ],
    [[-1, 0], [3, 4], '(1.) has the cosine -1.000000'],
    [[0, 0], [3, 4], '(1.) has the cosine 0.000000'],
    [[1], [3, 4], '(1.) has 1 items, expected 2'],
    [['a', 0], [3, 4], '(1.) is no vector of numbers'],
  ])('%j %j', (first, second, problem) => {
    const [found = '', ...others] = judged([near, embeddings(first, second)]);
    expect(found).toContain(problem);
    expect(others).toEqual([]);
  });

  test('huge and tiny vectors, zeros, and what is no vector', () => {
    const like = (expected: unknown, actual: unknown) =>
      judged([{ expect: expected, tolerance: { cosine: 0.999 } }, actual]);
    expect(like([1e300, 1e300], [1e300, 1e300])).toEqual([]);
    expect(like([1e-300, 0], [1e-300, 0])).toEqual([]);
    expect(like([0, 0], [0, 0])).toEqual([]);
    const long = Array.from({ length: 300_000 }, (_, index) => index);
    expect(like(long, long)).toEqual([]);
    expect(like({ index: 0, v: [1, 1] }, { index: 0, v: [2, 2] })).toEqual([]);
    expect(like({ index: 0, v: [1, 1] }, { index: 1, v: [2, 2] })[0]).toContain('index is 1, expected 0');
  });
});

describe('agreement', () => {
  test('55 of 100 rows are a share of 0.55', () => {
    const expected = Array.from({ length: 100 }, () => 1);
    const answer = (right: number) => expected.map((label, index) => (index < right ? label : 2));
    const wanted = { expect: expected, tolerance: { agreement: 0.55 } };
    expect(judged([wanted, answer(55)])).toEqual([]);
    expect(judged([wanted, answer(54)])).toEqual([expect.stringContaining('allowed: agreement of 55 % of the rows')]);
  });

  const agree = (expected: unknown, tolerance: object = { agreement: 0.75 }) => ({ expect: expected, tolerance });

  test('labels, or scores of which the largest decides', () => {
    expect(judged([agree([0, 1, 2, 3]), [0, 1, 2, 9]])).toEqual([]);
    expect(judged([agree([0, 1, 2, 3]), [0, 1, 8, 9]])).toEqual([
      '2 of 4 rows have the expected class, not the answer[2], the answer[3] (allowed: agreement of 75 % of the rows)',
    ]);
    expect(judged([agree({ outputs: ['cat', 'dog'] }), { outputs: ['cat', 'dog'] }])).toEqual([]);
    expect(judged([agree([1], { agreement: 1 }), [[0.2, 0.7, 0.1]]])).toEqual([]);
    expect(judged([agree([2], { agreement: 1 }), [[0.2, 0.7, 0.1]]])).toHaveLength(1);
    expect(judged([agree([[0.1, 0.9]], { agreement: 1 }), [[0.4, 0.6]]])).toEqual([]);
    expect(judged([agree(['cat'], { agreement: 1 }), [{ cat: 0.9, dog: 0.1 }]])).toEqual([]);
    expect(judged([agree([{ cat: 0.1, dog: 0.9 }], { agreement: 1 }), [{ cat: 0.9, dog: 0.1 }]])).toHaveLength(1);
    expect(judged([agree([[3]], { agreement: 1 }), [[4]]])).toHaveLength(1);
    expect(judged([agree([[3]], { agreement: 1 }), [3]])).toEqual([]);
  });

  test('among the largest', () => {
    const scores = [
      [0.5, 0.3, 0.2],
      [0.1, 0.2, 0.7],
    ];
    expect(judged([agree([1, 1], { agreement: 1, top: 2 }), scores])).toEqual([]);
    expect(judged([agree([2, 0], { agreement: 1, top: 2 }), scores])[0]).toContain(
      '0 of 2 rows have the expected class',
    );
  });

  test('rows of all requests count together; a single value is a row', () => {
    const one = { at: '$.label', ...agree('a', { agreement: 0.5 }) };
    expect(judged([one, { label: 'a' }], [one, { label: 'b' }])).toEqual([]);
    expect(judged([one, { label: 'c' }], [one, { label: 'a' }], [one, { label: 'b' }])).toEqual([
      '1 of 3 rows have the expected class, not $.label, $.label (allowed: agreement of 50 % of the rows)',
    ]);
  });

  test('another number of rows, or another form, is never within', () => {
    expect(judged([agree([0, 1], { agreement: 0 }), [0]])[0]).toContain('the answer has 1 items, expected 2');
    expect(judged([agree({ outputs: [0] }, { agreement: 0 }), {}])[0]).toContain('outputs is missing');
  });
});
