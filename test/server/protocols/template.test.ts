import { expect, test } from 'vitest';
import { hasRows, render } from '../../../src/server/protocols/plain-http/template.ts';

test.each([
  [
    '{"rows": {{rows}}}',
    [
      [1, 2],
      [3, 4],
    ],
    '{"rows": [[1,2],[3,4]]}',
  ],
  ['{"row": {{row}}, "n": "{{row}}"}', [{ a: 1 }], '{"row": {"a":1}, "n": "{"a":1}"}'],
  [
    '{{csv}}',
    [
      [1, 2],
      [3, 4],
    ],
    '1,2\n3,4',
  ],
  ['a,b\n{{csv}}\n', [{ a: [[1], [2]], b: 'x, "y"' }], 'a,b\n1,2,"x, ""y"""\n'],
  ['{{csv}}', [1, true], '1\ntrue'],
  // Texts are put in as they are.
  ['{{rows}}', ['$& {{row}}'], '["$& {{row}}"]'],
])('%s', (template, rows, body) => {
  expect(render(template, rows)).toBe(body);
});

test('which templates take rows', () => {
  expect([null, '', '{}', '{ {rows} }'].map((template) => hasRows(template))).toEqual([false, false, false, false]);
  expect(['{{row}}', '{{csv}}', '{{rows}}'].map((template) => hasRows(template))).toEqual([true, true, true]);
  expect(['{{row}}', '{{csv}}', '{{rows}}'].map((template) => hasRows(template, 'batch'))).toEqual([false, true, true]);
});
