import { expect, test } from 'vitest';
import { escapeMarkdown, markdownReport } from '../../src/report/markdown.ts';
import { hostileTexts, withTexts } from './hostile.ts';
import { demoRuns } from './simulated.ts';

const runs = demoRuns();

test('one heading per run, the reasons, and the evidence against its thresholds', () => {
  const text = markdownReport(runs).replaceAll('\u00a0', ' ');
  expect(text.match(/^## .*$/gm)).toEqual(['## ✅ v1: deployed', '## ✅ v2: promoted', '## ⛔ v3: rolled back']);
  expect(text).toMatch(/^\| failed requests \| 2 % \| .* of .* of 40 \| .* of 20 \|$/m);
  expect(text).not.toMatch(/NaN|undefined/);
});

test('no text from outside becomes markup: the same lines are headings, rows and list items', () => {
  const shape = (replace: (text: string) => string): string[] =>
    markdownReport(
      runs.map(({ title, evidence }) => ({ title: replace(title), evidence: withTexts(evidence, replace) })),
    )
      .split('\n')
      .map(
        (line) =>
          `${/^\W{0,3}/.exec(line.replaceAll(/[^|#<>\-\n ]/g, 'x'))?.[0] ?? ''}:${line.split('|').length}:${line.split('<').length}`,
      );
  const harmless = shape(() => 'text');
  for (const hostile of hostileTexts) {
    const seen = shape(() => hostile);
    expect(seen).toHaveLength(harmless.length);
    expect(seen.map((line) => line.replace(/^.*?:/, ''))).toEqual(harmless.map((line) => line.replace(/^.*?:/, '')));
  }
});

test('mentions, references, links, math and lists are text', () => {
  expect(escapeMarkdown('@org #12 [x](y) `c` *b* _i_ ~s~ $m$ <b>')).not.toMatch(/[@[\]`*_~$<>]/);
  expect(escapeMarkdown('see https://evil.example and www.evil.example')).toBe(
    'see https&#58;//evil.example and www&#46;evil.example',
  );
  expect(escapeMarkdown('- item')).toBe('&#45; item');
  expect(escapeMarkdown('12. item')).toBe('12&#46; item');
  expect(escapeMarkdown('a\n# b\r\nc')).toBe('a &#35; b c');
});

test('more than a summary holds is left out from the end, with a note', () => {
  const [run] = runs;
  if (run === undefined) throw new Error('the demo has runs');
  const many = Array.from({ length: 800 }, () => run);
  const text = markdownReport(many);
  expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024);
  expect(text).toMatch(/_[\d,]+ parts left out: too long for a summary\./);
  const huge = withTexts(run.evidence, () => 'ä'.repeat(700_000));
  expect(Buffer.byteLength(markdownReport([{ title: 'v1', evidence: huge }]))).toBeLessThan(1024 * 1024);
});
