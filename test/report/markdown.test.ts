import { expect, test } from 'vitest';
import { htmlReport } from '../../src/report/html/index.ts';
import { escapeMarkdown } from '../../src/report/markdown-parts.ts';
import { markdownReport } from '../../src/report/markdown.ts';
import { hostileTexts, withTexts } from './hostile.ts';
import { demoRuns } from './simulated.ts';

const runs = demoRuns();

test('one heading per run, the reasons, and the evidence against its thresholds', () => {
  const text = markdownReport(runs).replaceAll('\u00a0', ' ');
  expect(text.match(/^## .*$/gm)).toEqual(['## ✅ v1: deployed', '## ✅ v2: promoted', '## ⛔ v3: rolled back']);
  expect(text).toMatch(/^\| failed requests \| 2 % \| .* of .* of 40 \| .* of 20 \|$/m);
  expect(text).not.toMatch(/NaN|undefined/);
});

test('how fast the server was, and on which GPU', () => {
  const [run] = runs;
  const smoke = run?.evidence.smoke;
  if (run === undefined || smoke === undefined) throw new Error('the demo has a smoke test');
  const seen = { memoryPeakMiB: 634, memoryRiseMiB: 612, utilisation: 87, samples: 9 };
  const gpu = { ...seen, devices: [{ title: 'GPU 0 (Tesla T4)', memoryMiB: 15_360 }], driver: '580.65.06' };
  const hardware = { device: 'gpu', name: 'Tesla T4' } as const;
  const evidence = { ...run.evidence, smoke: { ...smoke, hardware, volatile: { ...smoke.volatile, gpu } } };
  const text = markdownReport([{ ...run, evidence }]).replaceAll('\u00a0', ' ');
  expect(text).toContain('| GPU 0 (Tesla T4) | 16.1 GB of memory |');
  expect(text).toContain('| Driver | 580.65.06 |');
  expect(text).toContain('| GPU memory at most | 665 MB, 642 MB above the start |');
  expect(text).toContain(
    '| Cold start | find a node 120 ms, pull 1.2 s, create and start 340 ms, load 430 ms, first answer 50 ms |',
  );
  expect(text).toContain('| Throughput | 131.5 requests per second, 1 at a time, 50 requests |');
  expect(text).toMatch(/^\| Latency, p50 \| 7.2 ms \| 6.8 ms to 7.9 ms \| █{9} \|$/m);
  expect(text).toMatch(/^\| Throughput \| 132 per second \| 135 per second \| 103 % \|$/m);
  expect(text).toMatch(/^\| Latency, p99 \| 19 ms \| above 14 ms \| █{24} \|$/m);
});

test('the GPUs and how they were used are seen without a click; on the CPU there is nothing of it', () => {
  const [run] = runs;
  const smoke = run?.evidence.smoke;
  if (run === undefined || smoke === undefined) throw new Error('the demo has a smoke test');
  const course = { seconds: 6.2, memoryMiB: [22, 300, null, 634, 634], utilisation: [0, 12, null, 50, 100] };
  const gpu = {
    ...{ memoryPeakMiB: 634, memoryRiseMiB: 612, utilisation: 100, samples: 9, driver: '580.65.06' },
    devices: [{ title: 'GPU 0 (Tesla T4)', memoryMiB: 15_360, course }],
  };
  const volatile = { ...smoke.volatile, gpu, memoryCourse: [10e6, 20e6] };
  const hardware = { device: 'gpu', name: 'Tesla T4' } as const;
  const evidence = { ...run.evidence, smoke: { ...smoke, hardware, volatile } };
  const text = markdownReport([{ ...run, evidence }]).replaceAll('\u00a0', ' ');
  const [seen = ''] = /### Smoke test on Tesla T4[\s\S]*?(?=<details>)/.exec(text) ?? [];
  expect(seen).toContain('| GPU 0 (Tesla T4) | 16.1 GB | 665 MB (4 %) | 100 % |');
  expect(seen).toContain('Driver 580.65.06.');
  expect(seen).toContain('| GPU 0 (Tesla T4), memory in use | <code>▁▄ ██</code> | 0 to 665 MB, over 6.2 s |');
  expect(seen).toContain('| GPU 0 (Tesla T4), busy | <code>▁▁ ▄█</code> | 0 to 100 %, over 6.2 s |');
  expect(seen).toContain('| Memory of the server | <code>▁█</code> | 10.0 MB to 20.0 MB, over the requests |');
  expect(markdownReport([run])).not.toContain('### Smoke test');
});

test('memory is drawn over the requests, however often one looked, and what stands still is a line in the middle', () => {
  const [run] = runs;
  const smoke = run?.evidence.smoke;
  if (run === undefined || smoke === undefined) throw new Error('the demo has a smoke test');
  const text = (memoryRequests: number[], memoryCourse: number[]) => {
    const volatile = { ...smoke.volatile, memoryRequests, memoryCourse };
    return markdownReport([{ ...run, evidence: { smoke: { ...smoke, volatile } } }]).replaceAll('\u00a0', ' ');
  };
  // Looks after 1, 2, 3, 4 and then every 100 requests: a straight leak is a straight line.
  const requests = [1, 2, 3, 4, 100, 200, 300, 400];
  const leak = text(
    requests,
    requests.map((each) => each * 1e6),
  );
  expect(leak).toContain('<code>▁▂▂▄▄▆▆█</code> | 1.0 MB to 400 MB, over 400 requests');
  expect(text([1, 100, 200, 300], [90e6, 91e6, 90.8e6, 91e6])).toContain('<code>▄▅▅▅</code> | 90.0 MB to 91.0 MB');
});

test('what was skipped because the server was not ours is not said to have been stopped', () => {
  const [run] = runs;
  const smoke = run?.evidence.smoke;
  if (smoke === undefined) throw new Error('the demo has a smoke test');
  const page = (checks: typeof smoke.checks) =>
    htmlReport([{ title: 'v1', evidence: { smoke: { ...smoke, checks } } }]);
  expect(page(smoke.checks)).toContain('stopped in');
  expect(page(smoke.checks.filter(({ id }) => id !== 'stop'))).not.toContain('stopped in');
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
