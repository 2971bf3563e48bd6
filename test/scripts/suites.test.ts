import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { countOf, failuresOf, type Suite } from '../../scripts/test/report.ts';
import { Runner } from '../../scripts/test/runner.ts';
import { isAlive, markProcess } from '../cluster/process-table.ts';
import { until } from '../cluster/poll.ts';

// What the closing line of `make test` is made of.

function suite(report: unknown): Suite {
  const file = join(mkdtempSync(join(tmpdir(), 'report-')), 'report.json');
  if (report !== undefined) writeFileSync(file, JSON.stringify(report));
  return { name: 'unit', budgetSeconds: 1, command: [], onCluster: false, report: file };
}

const file = (status: string, tests: readonly { fullName: string; status: string }[]): object => ({
  name: '/repo/test/a.test.ts',
  status,
  message: 'Cannot find module\nmore',
  assertionResults: tests.map((test) => ({ ...test, failureMessages: ['Error: no\n    at x'] })),
});

describe('counting', () => {
  it('takes a skipped test, a file that does not load and a missing report as failed', () => {
    const counts = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, testResults: [] };
    expect(countOf(suite(counts), 0)).toEqual({ passed: 3, failed: 0 });
    expect(countOf(suite({ ...counts, numPendingTests: 2 }), 0)).toEqual({ passed: 3, failed: 2 });
    expect(countOf(suite(counts), 1)).toEqual({ passed: 3, failed: 1 });
    expect(countOf(suite({ ...counts, numPassedTests: 0 }), 0)).toEqual({ passed: 0, failed: 1 });
    expect(countOf(suite(undefined), 0)).toEqual({ passed: 0, failed: 1 });
  });

  it('names what failed, with the first line of why', () => {
    const failed = { fullName: 'a b', status: 'failed' };
    const report = { testResults: [file('failed', [failed, { fullName: 'c', status: 'passed' }]), file('failed', [])] };
    expect(failuresOf(suite(report), '/repo/')).toEqual([
      '  test/a.test.ts > a b: Error: no',
      '  test/a.test.ts: Cannot find module',
    ]);
  });
});

describe('running', () => {
  it('tells how a command ended, and one that cannot start has failed', async () => {
    const runner = new Runner('/', process.env);
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
    expect((await runner.run('one', ['sh', '-c', 'exit 3'])).code).toBe(3);
    expect((await runner.run('one', ['/nowhere/program'])).code).toBe(1);
  });

  it('shows what a command behind has said when it is waited for', async () => {
    const said: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => said.push(line));
    const behind = new Runner('/', process.env).behind('one', ['sh', '-c', 'echo early; exit 4']);
    expect((await behind.finish()).code).toBe(4);
    expect(said.join('\n')).toContain('early');
  });

  it('ends what a stopped command has started, and starts nothing more', async () => {
    const said: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((line: string) => said.push(line));
    const runner = new Runner('/', process.env);
    const running = runner.run('one', ['sh', '-c', 'sleep 600 & echo child $!; wait']);
    const child = await until('the child', () => {
      const pid = /child (\d+)/.exec(said.join('\n'))?.[1];
      return Promise.resolve(pid === undefined ? undefined : markProcess(Number(pid)));
    });
    runner.stop('it is late');
    expect((await running).code).toBe(1);
    await until('the end of the child', () => Promise.resolve(!isAlive(child)));
    expect(await runner.run('two', ['true'])).toMatchObject({ code: 1, seconds: 0 });
    expect((await runner.run('down', ['true'], 'always')).code).toBe(0);
  });
});
