/**
 * `make test`: every suite, cheapest first, each with its budget, one closing line `N passed, N failed`. `--proof` runs the long suites instead. A suite
 * that cannot start counts as failed; nothing is skipped in silence. What the suites on the cluster need is made ready meanwhile, and lint, which
 * uses one processor only, runs beside the other short ones.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countOf, failuresOf, type Suite } from './test/report.ts';
import { Runner } from './test/runner.ts';

/** CI gives 90 minutes and tells nothing about what it had to kill: better to stop before, and say so. */
const hardLimitSeconds = 85 * 60;

const root = new URL('..', import.meta.url).pathname;
const proof = process.argv.includes('--proof');
const scratch = mkdtempSync(join(tmpdir(), 'ml-deploy-test-'));
mkdirSync(join(scratch, 'tmp'));
// Tests run programs as other users, which have to get there.
chmodSync(scratch, 0o711);

function vitest(name: string, budgetSeconds: number, onCluster: boolean): Suite {
  const report = join(scratch, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return { name, budgetSeconds, onCluster, report, command: ['vitest', 'run', '--project', name, ...reporters] };
}

function command(name: string, budgetSeconds: number, ...words: string[]): Suite {
  return { name, budgetSeconds, onCluster: false, command: words };
}

const gate: readonly Suite[] = [
  command('types', 60, 'npm', 'run', '--silent', 'typecheck'),
  command('format', 60, 'npm', 'run', '--silent', 'format:check'),
  command('dist', 90, 'node', 'scripts/build.ts', '--check'),
  { ...command('lint', 150, 'npm', 'run', '--silent', 'lint'), aside: true },
  vitest('unit', 200, false),
  vitest('cluster', 600, true),
];
const suites = proof ? [vitest('proof', 4 * 3600, true)] : gate;

// What tests leave in the folder for temporary files goes with it.
const colour = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};
const runner = new Runner(root, { ...process.env, ...colour, TMPDIR: join(scratch, 'tmp') });
const stopAt = proof ? undefined : setTimeout(() => runner.stop('the hard limit is reached'), hardLimitSeconds * 1000);
const lines: string[] = [];
const failures: string[] = [];
const total = { passed: 0, failed: 0 };

function add(name: string, count: { passed: number; failed: number }, seconds: number, note: string): void {
  const column = (value: number): string => String(value).padStart(5);
  lines.push(
    `${name.padEnd(9)}${column(count.passed)} passed${column(count.failed)} failed  ${seconds.toFixed(0).padStart(5)} s${note && `  ${note}`}`,
  );
  total.passed += count.passed;
  total.failed += count.failed;
}

const prepared = runner.behind('prepare', ['node', 'test/prepare.ts']);
const aside = new Map(
  suites.filter(({ aside }) => aside).map((suite) => [suite, runner.behind(suite.name, suite.command)] as const),
);
for (const suite of suites) {
  if (suite.onCluster) {
    console.log('\n=== prepare (beside the suites until now; the first time about 25 min in all) ===');
    const { code, seconds } = await prepared.finish();
    add('prepare', { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 }, seconds, '');
    if (code !== 0) {
      add(suite.name, { passed: 0, failed: 1 }, 0, 'not run: there is nothing to run it on');
      continue;
    }
  }
  console.log(`\n=== ${suite.name} (budget ${suite.budgetSeconds} s warm) ===`);
  const { code, seconds } = await (aside.get(suite)?.finish() ?? runner.run(suite.name, suite.command));
  const late = seconds > suite.budgetSeconds ? `OVER BUDGET (${suite.budgetSeconds} s)` : '';
  add(suite.name, countOf(suite, code), seconds, runner.stopped ?? late);
  failures.push(...failuresOf(suite, root));
}
clearTimeout(stopAt);
try {
  rmSync(scratch, { recursive: true, force: true });
} catch (error) {
  console.log(`not all temporary files could be removed: ${String(error)}`);
}
// On a CI machine nobody uses the cluster afterwards; at a desk it stays up, so that the next run starts at once.
if (process.env['CI'] === 'true') {
  const { code } = await runner.run('down', ['node', 'test/cluster/main.ts', 'down'], 'always');
  if (code !== 0) add('down', { passed: 0, failed: 1 }, 0, 'the test cluster could not be removed');
}
if (failures.length > 0) console.log(`\nfailed:\n${failures.join('\n')}`);
console.log(`\n${lines.join('\n')}\n`);
if (runner.stopped !== undefined) console.log(`stopped: ${runner.stopped}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && runner.stopped === undefined ? 0 : 1);
