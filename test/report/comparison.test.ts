import { expect, it } from 'vitest';

import type { ComparisonEvidence, EvidenceSoFar, StoppedRun } from '../../src/pipeline/evidence.ts';
import { htmlReport } from '../../src/report/html/index.ts';
import { markdownReport } from '../../src/report/markdown.ts';
import { demoRuns } from './simulated.ts';

const comparison: ComparisonEvidence = {
  path: '<b>model.onnx',
  questions: 'golden',
  calls: 1,
  bytesBefore: 4_000_000,
  bytesAfter: 1_100_000,
  latencyMs: { before: 1.5, after: 0.75 },
  outputs: [{ name: 'p|q', items: 10, difference: 'up to 0.01', allowed: 'up to 0.05', within: true }],
};

function demo(): Required<Omit<EvidenceSoFar, 'stopped'>> {
  const [run] = demoRuns();
  if (run === undefined) throw new Error('the demo has runs');
  return run.evidence;
}

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

it('the reports show what optimize changed in the answers, and none of its words is markup', () => {
  const { build, ...others } = demo();
  const evidence = { ...others, build: { ...build, volatile: { ...build.volatile, comparison } } };
  const markdown = plain(markdownReport([{ title: 'v1', evidence }]));
  expect(markdown).toContain(
    'model.onnx before and after, asked with the golden requests (1 call): 4.0 MB and 1.1 MB; median of a call 1.5 ms and 0.75 ms.',
  );
  expect(markdown).toContain('| p&#124;q | up to 0.01 | up to 0.05 |');
  const page = plain(htmlReport([{ title: 'v1', evidence }]));
  expect(page).toContain('&lt;b&gt;model.onnx before and after, asked with the golden requests');
  expect(page).toMatch(/<td>p\|q<\/td>\s*<td>up to 0\.01<\/td>\s*<td>up to 0\.05<\/td>/);
});

it('an error of several lines is a lead and a list', () => {
  const { validate, build } = demo();
  const { startedAt, endedAt } = build.volatile;
  const stopped: StoppedRun = {
    stage: 'build',
    startedAt,
    endedAt,
    error: {
      code: 'build/optimize-changed-answers',
      kind: 'model',
      message: 'it answers too differently\n4 MB and 1 MB\n- label: 2 of 9 labels equal',
      hint: 'Allow more.',
    },
  };
  const run = { title: 'v1', evidence: { validate, stopped } };
  const markdown = markdownReport([run]);
  expect(markdown).toContain(
    'it answers too differently\n\n- 4 MB and 1 MB\n- label: 2 of 9 labels equal\n- Allow more.\n',
  );
  expect(markdown).toMatch(/^\| build \| failed \| .* \| it answers too differently \|$/m);
  expect(htmlReport([run])).toMatch(
    /<li>4 MB and 1 MB<\/li>\s*<li>label: 2 of 9 labels equal<\/li>\s*<li>Allow more\.<\/li>/,
  );
});
