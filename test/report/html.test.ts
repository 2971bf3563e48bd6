import { describe, expect, test } from 'vitest';
import type { EvidenceSoFar, RolloutEvidence } from '../../src/pipeline/evidence.ts';
import { htmlReport } from '../../src/report/html/index.ts';
import { escapeHtml, html } from '../../src/report/html/markup.ts';
import { hostileTexts, withTexts } from './hostile.ts';
import { demoRuns, simulatedRun } from './simulated.ts';

const runs = demoRuns();

/** Names of all tags with their attributes, in order; throws when they do not nest. */
function tags(page: string): string[] {
  const empty = new Set(['meta', 'br', '!doctype']);
  const open: string[] = [];
  const seen: string[] = [];
  for (const [, slash, name = '', rest = ''] of page.matchAll(
    /<(\/?)([a-z!][a-z0-9]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/gi,
  )) {
    if (slash === '/') {
      const last = open.pop();
      if (last !== name) throw new Error(`</${name}> closes <${last ?? 'nothing'}>`);
      continue;
    }
    const attributes = [...rest.replaceAll(/"[^"]*"/g, '""').matchAll(/\s([a-z-]+)=/gi)].map(
      ([, attribute]) => attribute,
    );
    seen.push([name, ...attributes].join(' '));
    if (!empty.has(name.toLowerCase()) && !rest.endsWith('/')) open.push(name);
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`);
  return seen;
}

/** Text a reader sees. */
function prose(page: string): string {
  return page
    .replace(/<style>.*?<\/style>/s, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/[\s\u00a0]+/g, ' ');
}

describe('the report of the demo', () => {
  const page = htmlReport(runs);
  const text = prose(page);

  test('tells and draws how fast the server was', () => {
    expect(text).toContain('Latency, p50 7.2 ms 6.8 ms to 7.9 ms');
    expect(text).toContain('Latency, p99 19 ms above 14 ms');
    expect(text).toContain('Latency, p95 12.4 ms 7.9 ms 157 %, slower');
    expect(page).toContain('aria-label="How many requests took how long"');
    expect(text).toContain('131.5 requests per second, 1 at a time, 50 requests');
    expect(page).toContain('aria-label="Times of the smoke test with 95 % confidence intervals"');
  });

  test('is one well-formed page without scripts or anything to fetch', () => {
    expect(tags(page).length).toBeGreaterThan(500);
    expect(page).not.toMatch(/<script|\bhref="(?!#)|\bsrc=|url\(|@import/i);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page).not.toMatch(/NaN|undefined|\[object|Infinity/);
    expect(Buffer.byteLength(page)).toBeLessThan(300_000);
  });

  test('says in its title and table how each run ended', () => {
    expect(page).toContain('<title>digits: v1 deployed, v2 promoted, v3 rolled back</title>');
    expect(text).toContain('v3 rolled back r3 was rolled back: it fails more often than r2.');
  });

  test('gives the reasons, the harmed requests and the time to the decision', () => {
    const { rollout } = runs[2]?.evidence ?? {};
    for (const reason of rollout?.reasons ?? []) expect(page).toContain(escapeHtml(reason));
    expect(text).toContain('from the first live request to the decision 10 s');
    expect(text).toContain(`of them failed ${rollout?.volatile.totals.candidate.errors ?? -1}`);
  });

  test('marks where the evidence crossed its threshold, named in words', () => {
    expect(text).toContain('Evidence that the candidate is worse passed 40 after 10 s');
    expect(text.match(/rolled back here/g)).toHaveLength(1);
    expect(text).toContain('roll back at 40');
    expect(text).toContain('Evidence that the candidate is good enough passed 20 at 2 steps');
    expect(text).toContain('50 % step passes');
  });
});

test('no text from outside becomes markup, in any field', () => {
  const structure = (replace: (text: string) => string): string[] =>
    tags(htmlReport(runs.map((run) => ({ title: replace(run.title), evidence: withTexts(run.evidence, replace) }))));
  const harmless = structure(() => 'text');
  for (const hostile of hostileTexts) expect(structure(() => hostile)).toEqual(harmless);
});

test('what cannot be seen is shown by its number', () => {
  expect(escapeHtml('a\u202eb\u0000c\u200bd\ne')).toBe('a\\u202eb\\u0000c\\u200bd\ne');
  expect(html`<p title="${'"'}">${['<', html`<b>${1}</b>`, null]}</p>`.source).toBe(
    '<p title="&quot;">&lt;<b>1</b></p>',
  );
});

describe('a report of less', () => {
  const { evidence } = simulatedRun({ revision: 2, startedAt: '2026-01-01T00:00:00.000Z', errors: 0.1 });
  const page = (some: EvidenceSoFar): string => prose(htmlReport([{ title: 'run', evidence: some }]));

  test('of nothing at all', () => {
    expect(tags(htmlReport([])).length).toBeGreaterThan(5);
    expect(page({})).toContain('did not start');
  });

  test('of a model that validate refused: its findings are open', () => {
    const refused = { ...evidence.validate, outcome: 'failed', verdict: 'unsafe' } as const;
    const source = htmlReport([{ title: 'run', evidence: { validate: refused } }]);
    expect(prose(source)).toContain('refused by validate');
    expect(source).toMatch(/<details open><summary>\s*Validate/);
  });

  test('of a smoke test: of its own time, without columns of a rollout, its memory drawn', () => {
    const { validate, smoke } = evidence;
    const at = '2026-02-03T04:05:06.000Z';
    const volatile = {
      ...smoke.volatile,
      startedAt: at,
      endedAt: at,
      memoryCourse: [1e6, 3e6],
      memoryRequests: [1, 9],
    };
    const some = { validate, smoke: { ...smoke, volatile } };
    expect(page(some)).toContain('ended 2026-02-03 04:05:06 UTC');
    for (const word of ['Requests harmed', 'Decided after', 'evidence value of 40']) {
      expect(page(evidence)).toContain(word);
      expect(page(some)).not.toContain(word);
    }
    expect(page(some)).toContain('smoke checks passed; 0 failed, 1 skipped 5 of 6');
    expect(htmlReport([{ title: 'run', evidence: some }])).toContain('aria-label="Memory of the server over the test"');
  });

  test('of a rollout that was held, without clients', () => {
    const held: RolloutEvidence = { ...evidence.rollout, outcome: 'held', decision: 'held' };
    expect(page({ ...evidence, rollout: held })).toContain('held');
  });

  test('of a rollout that ended before any traffic', () => {
    const { volatile } = evidence.rollout;
    const early = {
      ...evidence.rollout,
      outcome: 'error',
      decision: 'none',
      volatile: { ...volatile, ticks: [], timeline: [] },
    } as const;
    const source = htmlReport([{ title: 'run', evidence: { ...evidence, rollout: early } }]);
    expect(prose(source)).toContain('stopped by an error');
    expect(source).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('of very long rollouts stays small', () => {
    const first = evidence.rollout.volatile.ticks[0];
    if (first === undefined) throw new Error('the simulated rollout has ticks');
    const start = Date.parse(first.at);
    const ticks = Array.from({ length: 20_000 }, (_, tick) => ({
      ...first,
      at: new Date(start + tick * 15_000).toISOString(),
    }));
    const long = { ...evidence.rollout, volatile: { ...evidence.rollout.volatile, ticks } };
    const source = htmlReport([{ title: 'run', evidence: { rollout: long } }]);
    expect(source.length).toBeLessThan(300_000);
    expect(() => tags(source)).not.toThrow();
  });
});
