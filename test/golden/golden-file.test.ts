import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { repositoryRoot } from '../cluster/state.ts';
import { parseGolden, readGolden } from '../../src/golden/golden-file.ts';
import { validateGolden } from '../../src/golden/generated/validate-golden.js';
import { wholeValue } from '../../src/json-path.ts';
import { defaultTolerance, differences, exact } from '../../src/golden/tolerance.ts';

test('reads requests with names, tolerances and defaults', () => {
  const text = JSON.stringify({
    requests: [
      { name: 'a', body: { inputs: [[1]] }, expect: { outputs: [2] }, tolerance: { absolute: 0.5 } },
      { body: [], expect: null, tolerance: 'exact' },
      { name: 'c', body: 1, expect: 2 },
    ],
  });
  expect(parseGolden(text, 'golden.json')).toEqual([
    {
      name: 'a',
      body: { inputs: [[1]] },
      at: wholeValue,
      expect: { outputs: [2] },
      tolerance: { absolute: 0.5, relative: 0 },
    },
    { name: 'requests[1]', body: [], at: wholeValue, expect: null, tolerance: exact },
    { name: 'c', body: 1, at: wholeValue, expect: 2, tolerance: defaultTolerance },
  ]);
});

test('reads paths and the other kinds of tolerance', () => {
  const of = (more: object) => parseGolden(JSON.stringify({ requests: [{ body: 1, expect: [1], ...more }] }), 'g')[0];
  expect(of({ at: '$.data[*].embedding' })?.at).toMatchObject({ steps: ['data', null, 'embedding'], single: false });
  expect(of({ tolerance: {} })?.tolerance).toEqual(exact);
  expect(of({ tolerance: { top: 2 } })?.tolerance).toEqual({ agreement: 1, top: 2 });
  expect(of({ tolerance: { cosine: 0.99 } })?.tolerance).toEqual({ cosine: 0.99 });
  expect(of({ tolerance: { agreement: 0.95 } })?.tolerance).toEqual({ agreement: 0.95, top: 1 });
  expect(of({ tolerance: { top: 3, agreement: 1 } })?.tolerance).toEqual({ agreement: 1, top: 3 });
});

test('the examples fit the published schema, which editors find by its address', () => {
  const files = globSync('examples/*/golden.json', { cwd: repositoryRoot });
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) {
    const text = readFileSync(path.join(repositoryRoot, file), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ $schema: 'https://ml-deploy.dev/schema/golden-v1.json' });
    expect(parseGolden(text, file).length).toBeGreaterThan(0);
  }
});

describe('what is wrong is named with line and column', () => {
  test.each([
    ['', '1:1', 'not JSON'],
    ['{"requests": [', '1:15', 'not JSON: Unexpected end of JSON input'],
    ['{"requests": [], "requests": []}', '1:18', 'Map keys must be unique'],
    ['{\n  "requests": [}\n', '2:16', 'not JSON'],
    ['requests:\n  - body: 1\n', '1:1', 'not JSON'],
    ['[]', '1:1', 'expected an object'],
    ['{}', '1:1', '"requests" that is an array'],
    ['{"requests": []}', '1:14', 'empty'],
    [
      '{"requests": [{"body": 1, "expect": 1}], "request": []}',
      '1:42',
      'unknown field "request"; allowed: $schema, requests',
    ],
    ['{"$schema": 7, "requests": [{"body": 1, "expect": 1}]}', '1:13', '$schema must be string'],
    ['{"requests": [7]}', '1:15', 'requests[0] must be an object'],
    ['{"requests": [\n  {"body": 1}\n]}', '2:3', 'requests[0] has no field "expect"'],
    ['{"requests": [\n  {"body": 1, "expect": 1, "tolerances": {}}]}', '2:28', 'unknown field "tolerances"'],
    ['{"requests": [{"body": 1, "expect": 1, "tolerance": {"absolute": -1}}]}', '1:66', 'must be a number from 0'],
    ['{"requests": [{"body": 1, "expect": 1, "tolerance": {"abs": 1}}]}', '1:54', 'unknown field "abs"'],
    ['{"requests": [{"body": 1, "expect": 1, "tolerance": {"cosine": 2}}]}', '1:64', 'must be a number from -1 to 1'],
    [
      '{"requests": [{"body": 1, "expect": 1, "tolerance": {"cosine": 1, "absolute": 1}}]}',
      '1:67',
      'exclude each other',
    ],
    ['{"requests": [{"body": 1, "expect": 1, "tolerance": {"agreement": 1, "top": 1.5}}]}', '1:77', 'a whole number'],
    ['{"requests": [{"body": 1, "expect": 1, "tolerance": "loose"}]}', '1:53', 'must be "exact" or an object'],
    ['{"requests": [{"body": 1, "expect": 1, "at": "outputs"}]}', '1:46', 'a path begins with $'],
    ['{"requests": [{"body": 1, "expect": 1, "at": "$..x"}]}', '1:46', '"..x" is no name'],
    ['{"requests": [{"body": 1, "at": "$[*]", "expect": 1}]}', '1:51', 'must be an array of what is at all the places'],
    ['{"requests": [{"name": 1, "body": 1, "expect": 1}]}', '1:24', 'must be a text'],
    [
      '{"requests": [{"name": "x", "body": 1, "expect": 1},\n{"name": "x", "body": 1, "expect": 1}]}',
      '2:1',
      'used twice',
    ],
  ])('%j', (text, position, reason) => {
    // What is no matter of the form (paths, places, names) the schema cannot tell.
    const beyond = /not JSON|unique|is no name|at all the places|used twice/.test(reason);
    if (!beyond) expect(validateGolden(JSON.parse(text))).toBe(false);
    const parse = () => parseGolden(text, 'tests/golden.json');
    expect(parse).toThrow(expect.objectContaining({ code: 'smoke/golden', kind: 'usage' }));
    expect(parse).toThrow(reason);
    expect(parse).toThrow(`tests/golden.json:${position}: `);
  });

  test('a file that is not there', async () => {
    await expect(readGolden('/nowhere', 'golden.json')).rejects.toMatchObject({ code: 'smoke/golden' });
  });
});

describe('tolerance', () => {
  const within = (expected: unknown, actual: unknown, tolerance = defaultTolerance) =>
    differences(expected, actual, tolerance);

  test('is absolute or relative, whichever allows more; exact allows nothing', () => {
    expect(within(1, 1 + 5e-7)).toEqual([]);
    expect(within(1, 1.1)).toEqual(['the answer is 1.1, expected 1']);
    expect(within(1e9, 1e9 + 100)).toEqual([]);
    expect(within(1e9, 1e9 + 10_000)).toHaveLength(1);
    expect(within(0.1 + 0.2, 0.3, exact)).toHaveLength(1);
    expect(within(-100, -101, { absolute: 0, relative: 0.02 })).toEqual([]);
  });

  test('names the place; fields that are not expected do not matter', () => {
    expect(within({ outputs: [[1], [2]] }, { outputs: [[1], [3]], revision: 'r7' })).toEqual([
      'outputs[1][0] is 3, expected 2',
    ]);
    expect(within({ outputs: [1, 2] }, { outputs: [1] })).toEqual(['outputs has 1 items, expected 2']);
    expect(within({ outputs: [1] }, {})).toEqual(['outputs is missing']);
    expect(within('cat', 'dog')).toEqual(['the answer is "dog", expected "cat"']);
    expect(within(1, null)).toEqual(['the answer is null, expected 1']);
    expect(within([1], { 0: 1 })).toHaveLength(1);
  });
});
