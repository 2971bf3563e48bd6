import { readFileSync } from 'node:fs';

/** One line of the gate. */
export interface Suite {
  readonly name: string;
  /** Expected upper bound on two cores with everything cached, in seconds; going over is said loudly. */
  readonly budgetSeconds: number;
  readonly command: readonly string[];
  /** Needs the test cluster. */
  readonly onCluster: boolean;
  /** Runs beside the suites before it. */
  readonly aside?: true;
  /** JSON report that a vitest suite writes; other commands count as one test. */
  readonly report?: string;
}

/** Tests of a suite. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
}

function read(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    return undefined; // it did not get that far
  }
}

/**
 * Counts the tests of a suite that has ended.
 * @param suite which
 * @param exitCode of its command
 * @returns at least one test, passed or failed
 */
export function countOf(suite: Suite, exitCode: number): Count {
  if (suite.report === undefined) return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  const report = read(suite.report);
  if (!report) return { passed: 0, failed: 1 };
  // A skipped test is a failed promise; a file that failed to load has failed although no test did.
  const failed = report.numFailedTests + report.numPendingTests;
  const nothingRan = report.numPassedTests + failed === 0;
  return { passed: report.numPassedTests, failed: failed === 0 && (exitCode !== 0 || nothingRan) ? 1 : failed };
}

/**
 * Names what failed in a suite, for the end of the log, where a reader looks first.
 * @param suite which
 * @param root of the checkout, left out of the names
 * @returns one line per test, with the first line of why
 */
export function failuresOf(suite: Suite, root: string): string[] {
  const report = suite.report === undefined ? undefined : read(suite.report);
  const why = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 200);
  return (report?.testResults ?? []).flatMap((file) => {
    const name = file.name.replace(root, '');
    const tests = file.assertionResults
      .filter(({ status }) => status !== 'passed')
      .map((one) => `  ${name} > ${one.fullName}: ${why(one.failureMessages?.[0] ?? one.status)}`);
    return file.status === 'failed' && tests.length === 0 ? [`  ${name}: ${why(file.message)}`] : tests;
  });
}
