/**
 * How long people wait before anything happens: `--version`, and the Action until its first stage begins, each against a bare
 * `node -e 0` in the same run (turn by turn, so that a slow machine slows both).
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const entry = join(root, 'dist/index.js');
const rounds = 15;
const goals = { ratio: 3, seconds: 0.3 };

interface Timed {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Stop the clock at the first output that contains this; else at the end. */
  readonly until?: string;
}

/** Seconds from spawn to the end, or to the output waited for. */
function time(timed: Timed): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, timed.args, {
      env: { ...process.env, ...timed.env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let seen = '';
    let seconds: number | null = null;
    child.stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString('utf8');
      if (timed.until !== undefined && seconds === null && seen.includes(timed.until))
        seconds = (performance.now() - started) / 1000;
    });
    child.on('error', reject);
    child.on('close', () => {
      if (timed.until !== undefined && seconds === null) {
        reject(new Error(`${timed.name}: never printed "${timed.until}"; it printed:\n${seen}`));
        return;
      }
      resolve(seconds ?? (performance.now() - started) / 1000);
    });
  });
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Prints the figures; true when the goals are met. */
export async function run(): Promise<boolean> {
  const scratch = mkdtempSync(join(tmpdir(), 'ml-deploy-bench-'));
  for (const file of ['output', 'state', 'summary', 'env']) writeFileSync(join(scratch, file), '');
  const action: Timed = {
    name: 'Action, to its first stage',
    args: [entry],
    env: {
      GITHUB_ACTIONS: 'true',
      GITHUB_OUTPUT: join(scratch, 'output'),
      GITHUB_STATE: join(scratch, 'state'),
      GITHUB_STEP_SUMMARY: join(scratch, 'summary'),
      GITHUB_ENV: join(scratch, 'env'),
      GITHUB_WORKSPACE: root,
      RUNNER_TEMP: scratch,
      INPUT_COMMAND: 'validate',
      INPUT_PATHS: 'examples/evil.pkl',
    },
    until: 'validate',
  };
  const bare: Timed = { name: 'node -e 0', args: ['-e', '0'] };
  const subjects: readonly Timed[] = [{ name: '--version', args: [entry, '--version'] }, action];

  let met = true;
  console.log(
    `median of ${rounds} rounds, turn by turn; goal: at most ${goals.ratio} x bare node and ${goals.seconds} s`,
  );
  for (const subject of subjects) {
    const [ours, theirs, ratios]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < rounds; round++) {
      const [a, b] = [await time(bare), await time(subject)];
      theirs.push(a);
      ours.push(b);
      ratios.push(b / a);
    }
    const [seconds, ratio] = [median(ours), median(ratios)];
    const good = ratio <= goals.ratio && seconds <= goals.seconds;
    met &&= good;
    console.log(
      `${subject.name.padEnd(28)}${seconds.toFixed(3)} s  ${ratio.toFixed(2)} x bare (${median(theirs).toFixed(3)} s)  ${good ? 'met' : 'NOT MET'}`,
    );
  }
  rmSync(scratch, { recursive: true, force: true });
  return met;
}
