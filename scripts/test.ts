/**
 * `make test`: every suite, cheapest first, each with its budget, one closing line `N passed, N failed`. `--proof` runs the long
 * suites instead. A suite that cannot start counts as failed; nothing is skipped in silence.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Suite {
  readonly name: string;
  /** Expected upper bound on two cores with everything cached, seconds; going over is said loudly. */
  readonly budgetSeconds: number;
  readonly command: readonly string[];
  /** Vitest suites report how many tests they ran; other commands count as one test. */
  readonly vitest: boolean;
}

interface Count {
  passed: number;
  failed: number;
}

const root = new URL('..', import.meta.url).pathname;
const scratch = mkdtempSync(join(tmpdir(), 'ml-deploy-test-'));
const vitest = (project: string): string[] => [
  'vitest',
  'run',
  '--project',
  project,
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${join(scratch, `${project}.json`)}`,
];

const gate: readonly Suite[] = [
  { name: 'types', budgetSeconds: 60, command: ['npm', 'run', '--silent', 'typecheck'], vitest: false },
  { name: 'lint', budgetSeconds: 120, command: ['npm', 'run', '--silent', 'lint'], vitest: false },
  { name: 'format', budgetSeconds: 40, command: ['npm', 'run', '--silent', 'format:check'], vitest: false },
  { name: 'unit', budgetSeconds: 120, command: vitest('unit'), vitest: true },
  { name: 'dist', budgetSeconds: 90, command: ['node', 'scripts/build.ts', '--check'], vitest: false },
  { name: 'cluster', budgetSeconds: 840, command: vitest('cluster'), vitest: true },
];
const proof: readonly Suite[] = [{ name: 'proof', budgetSeconds: 4 * 3600, command: vitest('proof'), vitest: true }];

/** Runs a suite with its output shown; resolves to its exit code (1 when it could not start). */
function run(command: readonly string[]): Promise<number> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.on('close', (code, signal) => resolve(signal === null ? (code ?? 1) : 1));
  });
}

function count(suite: Suite, exitCode: number): Count {
  if (!suite.vitest) return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  try {
    const report = JSON.parse(readFileSync(join(scratch, `${suite.name}.json`), 'utf8')) as {
      numPassedTests: number;
      numFailedTests: number;
      numPendingTests: number;
    };
    // A skipped test is a failed promise; a suite that failed to load has failed although no test did.
    const failed = report.numFailedTests + report.numPendingTests;
    const nothingRan = report.numPassedTests + failed === 0;
    return { passed: report.numPassedTests, failed: failed === 0 && (exitCode !== 0 || nothingRan) ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

const total: Count = { passed: 0, failed: 0 };
const lines: string[] = [];
for (const suite of process.argv.includes('--proof') ? proof : gate) {
  console.log(`\n=== ${suite.name} (budget ${suite.budgetSeconds} s warm) ===`);
  const started = performance.now();
  const result = count(suite, await run(suite.command));
  const seconds = (performance.now() - started) / 1000;
  const late = seconds > suite.budgetSeconds ? `  OVER BUDGET (${suite.budgetSeconds} s)` : '';
  lines.push(
    `${suite.name.padEnd(9)}${String(result.passed).padStart(5)} passed${String(result.failed).padStart(5)} failed  ${seconds.toFixed(0).padStart(5)} s${late}`,
  );
  total.passed += result.passed;
  total.failed += result.failed;
}
rmSync(scratch, { recursive: true, force: true });
// On a CI machine nobody uses the cluster afterwards; at a desk it stays up, so that the next run starts at once.
if (process.env['CI'] === 'true' && (await run(['node', 'test/cluster/main.ts', 'down'])) !== 0) {
  lines.push('the test cluster could not be removed');
  total.failed += 1;
}
console.log(`\n${lines.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);
