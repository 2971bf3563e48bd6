import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { EndedStages, Host, Listener, Output } from '../cli/host.ts';
import { runCommandLine } from '../cli/main.ts';
import { credentialsOf } from '../cli/secrets.ts';
import { exitCodes, MlDeployError } from '../errors.ts';
import { runVariable } from '../process/orphans.ts';
import { annotateEnd, annotateError } from './annotations.ts';
import { outputsOf } from './outputs.ts';
import { readRun, type ActionRun } from './inputs.ts';
import { runPost } from './post.ts';
import { workflowReporter } from './reporter.ts';
import { Runner } from './runner.ts';
import { isLeftBehind, readActionState, saveActionState, type ActionState } from './state.ts';
import { WorkflowLog } from './workflow-log.ts';

/**
 * The GitHub Action: the same bundle, called by a runner. Inputs become a command line; progress, outputs, annotations and the job summary go where the
 * runner looks for them. The same file is the post step, told by the state that the main step has saved.
 * @param environment variables of the process
 * @returns the exit code
 */
export async function runAction(environment: Readonly<Record<string, string | undefined>>): Promise<number> {
  const log = new WorkflowLog((line) => process.stdout.write(`${line}\n`));
  const state = readActionState(environment);
  try {
    return state === null
      ? await runMain(environment, log)
      : await runPost(state, actionHost(environment, log, state.holder));
  } finally {
    log.settle();
  }
}

/** Commands after which the post step may have something to restore. */
const movesTraffic: ReadonlySet<string> = new Set(['deploy', 'rollout', 'promote', 'resume', 'undo']);
/** Commands after which a container or a pod may be left. */
const startsServers: ReadonlySet<string> = new Set(['deploy', 'smoke']);
/** Where a smoke test starts no pod. */
const outsideCluster: ReadonlySet<string> = new Set(['docker', 'podman', 'process']);

async function runMain(environment: Readonly<Record<string, string | undefined>>, log: WorkflowLog): Promise<number> {
  const runner = new Runner(environment);
  const temporary = temporaryFolder(environment);
  // What is killed leaves its temporary files: all of them lie where the post step finds them.
  process.env['TMPDIR'] = temporary;
  let state: ActionState = { holder: runName(environment), temporary };
  const save = (change: Partial<ActionState>): void => {
    state = { ...state, ...change };
    saveActionState(runner, state);
  };
  save({});

  let project = '';
  let command = '';
  const ends: EndedStages[] = [];
  const listener: Listener = {
    configured: ({ name, deploy, smoke }) => {
      project = name;
      if (movesTraffic.has(command)) save({ model: name, namespace: deploy.namespace });
      const namespace = outsideCluster.has(smoke.runtime) ? null : deploy.namespace;
      if (startsServers.has(command)) save({ smoke: { namespace } });
    },
    ended: (result) => {
      for (const [name, value] of Object.entries(outputsOf(result))) runner.setOutput(name, value);
      annotateEnd(log, result);
      ends.push(result);
    },
    stopped: (result) => {
      for (const [name, value] of Object.entries(outputsOf(result))) runner.setOutput(name, value);
      ends.push(result);
    },
    failed: (error) => annotateError(log, error),
  };
  const marked = { ...environment, [runVariable]: state.holder, TMPDIR: temporary };
  const host = actionHost(marked, log, state.holder, listener);
  try {
    const run = withKubeconfigFile(await readRun((name) => runner.input(name)), temporary, save);
    command = run.command;
    for (const value of credentialsOf(kubeconfigOf(run), host.environment)) log.mask(value);
    const exitCode = await runCommandLine(run.argv, host);
    for (const { evidence } of ends) {
      const { markdownReport } = await import('../report/markdown.ts');
      await runner.addSummary(markdownReport([{ title: project === '' ? 'ml-deploy' : project, evidence }]));
    }
    // After a signal, or when the cluster could not be reached, traffic may not be back yet: then the post step looks again.
    if (exitCode < exitCodes.infrastructure)
      save({ settled: true, leftBehind: ends.some(({ evidence }) => isLeftBehind(evidence)) });
    else save({ exitCode });
    return exitCode;
  } catch (error) {
    if (!(error instanceof MlDeployError)) throw error;
    annotateError(log, error);
    log.text(`${error.message}${error.hint === undefined ? '' : `\n${error.hint}`}`);
    save({ settled: true });
    return 2;
  }
}

/**
 * What the command line sees of a workflow step.
 * @param environment variables of the process
 * @param log of the step
 * @param name of this run, for leases and evidence
 * @param listener told the facts
 * @returns the host
 */
export function actionHost(
  environment: Readonly<Record<string, string | undefined>>,
  log: WorkflowLog,
  name: string,
  listener?: Listener,
): Host {
  const output = linesTo((line) => log.text(line));
  return {
    stdout: output,
    stderr: output,
    environment,
    cwd: environment['GITHUB_WORKSPACE'] ?? process.cwd(),
    reporter: workflowReporter(log),
    name,
    ...(listener === undefined ? {} : { listener }),
  };
}

/** A stream that hands on whole lines. */
function linesTo(write: (line: string) => void): Output {
  let rest = '';
  return new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(write);
      done();
    },
  });
}

function temporaryFolder({ RUNNER_TEMP = tmpdir() }: Readonly<Record<string, string | undefined>>): string {
  mkdirSync(RUNNER_TEMP, { recursive: true });
  return mkdtempSync(join(RUNNER_TEMP, 'ml-deploy-'));
}

/** Unique for one step of one attempt of one run, and readable on a Lease. */
function runName(environment: Readonly<Record<string, string | undefined>>): string {
  const { GITHUB_RUN_ID = '0', GITHUB_RUN_ATTEMPT = '1', GITHUB_JOB = 'job', GITHUB_ACTION = 'step' } = environment;
  const unique = randomBytes(3).toString('hex'); // legs of a matrix have all the rest in common
  return `github-${GITHUB_RUN_ID}-${GITHUB_RUN_ATTEMPT}-${GITHUB_JOB}-${GITHUB_ACTION}-${unique}`;
}

/** An input may hold a kubeconfig itself (it comes from a secret): it goes into a file that only we can read, for as long as the job runs. */
function withKubeconfigFile(
  run: ActionRun,
  temporary: string,
  save: (change: Partial<ActionState>) => void,
): ActionRun {
  const { kubeconfig, context } = run.given;
  if (context !== undefined) save({ context });
  if (kubeconfig === undefined) return run;
  if (!/[\n{]/.test(kubeconfig)) {
    save({ kubeconfig });
    return run;
  }
  const file = join(temporary, 'kubeconfig');
  writeFileSync(file, `${kubeconfig}\n`, { mode: 0o600 });
  save({ kubeconfig: file });
  const argv = run.argv.map((argument) => (argument.startsWith('--kubeconfig=') ? `--kubeconfig=${file}` : argument));
  return { ...run, argv };
}

function kubeconfigOf({ argv }: ActionRun): string | null {
  return argv.find((argument) => argument.startsWith('--kubeconfig='))?.slice('--kubeconfig='.length) ?? null;
}
