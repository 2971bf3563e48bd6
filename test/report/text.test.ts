import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bytes, duration, percent, shortDigest, shortenDigests } from '../../src/report/format.ts';
import { htmlReport } from '../../src/report/html/index.ts';
import { markdownReport } from '../../src/report/markdown.ts';
import { textReport } from '../../src/report/text.ts';
import { writeReports } from '../../src/report/write.ts';
import { hostileTexts, withTexts } from './hostile.ts';
import { demoRuns } from './simulated.ts';

const runs = demoRuns();
const [, promoted, rolledBack] = runs;
if (promoted === undefined || rolledBack === undefined) throw new Error('the demo has three runs');

test('a line per stage, the reasons, the counts', () => {
  const lines = textReport(rolledBack.evidence).split('\n');
  expect(lines[0]).toBe('digits rolled back in 36 s');
  expect(lines.filter((line) => /^ {2}(validate|build|smoke|rollout) /.test(line))).toHaveLength(4);
  expect(lines.find((line) => line.startsWith('  - errors: '))).toContain('>= 40');
  expect(lines.at(-2)).toMatch(
    /^ {2}candidate \d+ requests, \d+ failed; stable .* decided 10 s after the first live request$/,
  );
});

test('a refused model shows its findings with offset and hint', () => {
  const refused = { ...promoted.evidence.validate, outcome: 'failed', verdict: 'unsafe' } as const;
  const text = textReport({ validate: refused });
  expect(text).toContain('digits refused by validate');
  expect(text).toContain('sklearn/version  model.joblib, byte 1,204');
  expect(text).toContain('Nothing to do.');
});

/** A rollout at a share of the traffic that no request has reached. */
const silent = {
  ...promoted.evidence.rollout,
  outcome: 'held',
  decision: 'held',
  summary: 'r2 is held until tomorrow: Step 1 reached its deadline. Continue with promote.',
  reasons: ['Step 1 reached its deadline.'],
  volatile: {
    ...promoted.evidence.rollout.volatile,
    totals: { candidate: { requests: 0, errors: 0 }, stable: { requests: 0, errors: 0 } },
  },
} as const;

test('without any traffic nothing was decided', () => {
  const text = textReport({ rollout: silent });
  expect(text).toMatch(/candidate 0 requests, .*; not one request reached the candidate in .* at its share/);
  expect(text).not.toContain('decided');
  expect(markdownReport([{ title: 'v2', evidence: { rollout: silent } }])).not.toContain('decided');
  expect(htmlReport([{ title: 'v2', evidence: { rollout: silent } }])).not.toContain('to the decision');
});

test('a held rollout that had traffic was held, not decided', () => {
  const { totals } = promoted.evidence.rollout.volatile;
  const held = { ...silent, volatile: { ...silent.volatile, totals } };
  expect(textReport({ rollout: held })).toMatch(/; held .* after the first live request\n/);
});

test('a check that failed is told once', () => {
  const { smoke } = promoted.evidence;
  const check = { id: 'golden', title: 'Golden', verdict: 'failed', limit: null, message: 'row 0 is 1.' } as const;
  const failed = {
    ...smoke,
    outcome: 'failed',
    summary: '1 of 13 checks failed. Golden: row 0 is 1.',
    checks: [check],
  } as const;
  const text = textReport({ smoke: failed });
  expect(text.split('row 0 is 1.')).toHaveLength(2);
  expect(text).toContain('  1 of 13 checks failed.\n');
});

describe('a smoke test that failed', () => {
  const { smoke } = promoted.evidence;
  const check = (id: string, verdict: 'passed' | 'failed' | 'skipped', message: string) => ({
    ...{ id, title: `Title of ${id}`, verdict, limit: null, message },
  });
  const log = ['log: Traceback', 'log: ImportError: pydantic_core'];
  const gone = 'The server is gone: it ended by itself with exit code 1.';
  const died = {
    ...smoke,
    outcome: 'failed',
    checks: [
      check('device', 'passed', 'CPU.'),
      check('malformed', 'failed', 'answered 200; and 2 more'),
      ...['golden', 'edges', 'memory'].map((id) => check(id, 'skipped', gone)),
      check('alive', 'failed', gone),
    ],
    volatile: { ...smoke.volatile, details: ['gone', ...log], checkDetails: { malformed: ['a fourth', 'a fifth'] } },
  } as const;

  test('tells figures and the rest of a list below the check, and the last words of a server that is gone', () => {
    const text = textReport({ smoke: died });
    expect(text).toContain('  Title of malformed: answered 200; and 2 more\n    a fourth\n    a fifth\n');
    expect(text).toContain('The last that the server printed:\n    Traceback\n    ImportError: pydantic_core\n');
    expect(text).toContain('smoke-server.log, beside smoke.json');
    expect(text.indexOf('Title of alive')).toBeLessThan(text.indexOf('Title of malformed'));
  });

  test('names the log of a server that lives, which says why it answers so', () => {
    const checks = died.checks.filter(({ id }) => id !== 'alive');
    const text = textReport({ smoke: { ...died, checks } });
    expect(text).not.toContain('Traceback');
    expect(text).toContain('smoke-server.log');
  });

  test.each([
    ['Markdown', (of: typeof died) => markdownReport([{ title: 'v1', evidence: { smoke: of } }])],
    ['HTML', (of: typeof died) => htmlReport([{ title: 'v1', evidence: { smoke: of } }])],
  ])('is the same in %s: failed first, what was skipped for one reason once', (_, report) => {
    const page = report(died);
    const table = page.slice(page.lastIndexOf('>Smoke test'));
    expect(table.indexOf('Title of alive')).toBeLessThan(table.indexOf('Title of malformed'));
    expect(table.indexOf('Title of malformed')).toBeLessThan(table.indexOf('Title of device'));
    expect(table).toMatch(/Title of golden[^|]*Title of edges[^|]*Title of memory/);
    expect(table.split(gone)).toHaveLength(3);
    for (const told of ['a fourth', 'a fifth']) expect(table).toContain(told);
    expect(page).toMatch(/ImportError: pydantic/);
    expect(page).toContain('smoke-server.log');
  });
});

test('what was captured of a failed candidate stands below the reasons that speak of it', () => {
  const { rollout } = rolledBack.evidence;
  const log = Array.from({ length: 40 }, (_, index) => `log digits-r3-x: line ${index}`);
  const diagnosis = ['pod digits-r3-x: Running; server: running, not ready, 1 restart', ...log];
  const text = textReport({ rollout: { ...rollout, volatile: { ...rollout.volatile, diagnosis } } });
  expect(text).toMatch(/Captured before the candidate was removed:\n {4}pod digits-r3-x: Running;/);
  expect(text).toContain('    log digits-r3-x: line 24\n    and 15 more lines, in rollout.json\n');
});

test('every reason is told once', () => {
  for (const text of [
    textReport({ rollout: silent }),
    markdownReport([{ title: 'v2', evidence: { rollout: silent } }]),
  ]) {
    expect(text.split('Step 1 reached its deadline.')).toHaveLength(2);
  }
  expect(textReport({ rollout: silent })).toMatch(/ r2 is held until tomorrow\. Continue with promote\.\n/);
});

test('a release that serves already is not promoted, and hours between stages are no work', () => {
  const { validate, rollout } = promoted.evidence;
  const summary = 'r1 already serves this image with this configuration; nothing to do.';
  const later = (ms: number): string => new Date(Date.parse(rollout.volatile.endedAt) + ms).toISOString();
  const unchanged = {
    ...rollout,
    decision: 'none',
    summary,
    reasons: [summary],
    candidate: rollout.stable ?? rollout.candidate,
    volatile: { ...rollout.volatile, startedAt: later(9e7), endedAt: later(9e7 + 3000), timeline: [], ticks: [] },
  } as const;
  const text = textReport({ validate, rollout: unchanged });
  expect(text.split('\n')[0]).toMatch(/^digits: nothing to do: r1 already serves in \d+(\.\d)? s$/);
  expect(text.split(summary)).toHaveLength(2);
  const page = htmlReport([{ title: 'v2', evidence: { validate, rollout: unchanged } }]);
  expect(page).not.toContain('promoted');
  expect(page).not.toContain('From model to all traffic');
  const settled = { at: later(9e7), kind: 'settled', message: 'replicas: -> 3' };
  const changed = { ...unchanged, volatile: { ...unchanged.volatile, timeline: [settled] } };
  expect(textReport({ rollout: changed })).toContain('settings changed, the release stays: r1 already serves');
});

test('a run that was stopped says in which stage, by what, and what to do', () => {
  const { validate, build, rollout } = promoted.evidence;
  const stopped = {
    stage: 'rollout',
    startedAt: rollout.volatile.startedAt,
    endedAt: rollout.volatile.endedAt,
    error: { code: 'rollout/superseded', kind: 'infrastructure', message: 'Another engine took over.', hint: 'Look.' },
  } as const;
  const evidence = { validate, build, rollout: { ...rollout, outcome: 'error', reasons: [] }, stopped } as const;
  const text = textReport(evidence);
  expect(text).toMatch(/^digits error in rollout in /);
  expect(text).toMatch(/\n {2}rollout {3}error .* Another engine took over\.\n/);
  const page = htmlReport([{ title: 'v2', evidence }]);
  for (const part of ['error in rollout', 'Another engine took over.', 'Look.']) expect(page).toContain(part);
  expect(page).not.toContain('promoted r');
});

test('text from outside cannot steer the terminal', () => {
  for (const hostile of hostileTexts) {
    const text = textReport(withTexts(rolledBack.evidence, () => hostile));
    const lines = textReport(withTexts(rolledBack.evidence, () => 'text')).split('\n').length;
    expect(text.split('\n')).toHaveLength(lines);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  }
});

test('units', () => {
  const plain = (text: string): string => text.replaceAll('\u00a0', ' ');
  expect([0, 999, 1000, 9940, 9960, 59_400, 59_600, 61_000, 3_600_000, 7_500_000].map(duration).map(plain)).toEqual([
    '0 ms',
    '999 ms',
    '1.0 s',
    '9.9 s',
    '10 s',
    '59 s',
    '1 min',
    '1 min 1 s',
    '1 h',
    '2 h 5 min',
  ]);
  expect([0, 999, 1000, 1_902_334, 99_960_000, 84_200_000_000].map(bytes).map(plain)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '1.9 MB',
    '100 MB',
    '84.2 GB',
  ]);
  expect([0, 0.00074, 0.0037, 0.1026, 1].map(percent).map(plain)).toEqual([
    '0 %',
    '0.074 %',
    '0.37 %',
    '10.3 %',
    '100 %',
  ]);
  const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
  expect(shortDigest(digest)).toBe('sha256:0123456789ab');
  expect(shortenDigests(`a@${digest}.`)).toBe('a@sha256:0123456789ab….');
});

test('both reports are written, and nothing else stays', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'report-'));
  try {
    const files = await writeReports(join(folder, 'new'), runs);
    expect((await readdir(join(folder, 'new'))).sort()).toEqual(['report.html', 'report.md']);
    expect(await readFile(files.html, 'utf8')).toContain('</html>');
    expect(await readFile(files.markdown, 'utf8')).toContain('## ');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
