import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { EndedStages, Host, Listener, Output } from '../cli/host.ts';
import { runCommandLine } from '../cli/main.ts';
import { exitCodes, MlDeployError } from '../errors.ts';
import { annotateEnd, annotateError } from './annotations.ts';
import { outputsOf } from './outputs.ts';
import { readRun, type ActionRun } from './inputs.ts';
import { masksOf } from './masks.ts';
import { runPost } from './post.ts';
import { workflowReporter } from './reporter.ts';
import { Runner } from './runner.ts';
import { readActionState, saveActionState, type ActionState } from './state.ts';
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

async function runMain(environment: Readonly<Record<string, string | undefined>>, log: WorkflowLog): Promise<number> {
  const runner = new Runner(environment);
  let state: ActionState = { holder: runName(environment) };
  const save = (change: Partial<ActionState>): void => {
    state = { ...state, ...change };
    saveActionState(runner, state);
  };
  save({});

  let project = '';
  let command = '';
  const ends: EndedStages[] = [];
  const listener: Listener = {
    configured: ({ name, deploy }) => {
      project = name;
      if (movesTraffic.has(command)) save({ model: name, namespace: deploy.namespace });
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
  const host = actionHost(environment, log, state.holder, listener);
  try {
    const run = withKubeconfigFile(await readRun((name) => runner.input(name)), environment, save);
    command = run.command;
    for (const value of secretsOf(run, host.environment)) log.mask(value);
    const exitCode = await runCommandLine(run.argv, host);
    for (const { evidence } of ends) {
      const { markdownReport } = await import('../report/markdown.ts');
      await runner.addSummary(markdownReport([{ title: project === '' ? 'ml-deploy' : project, evidence }]));
    }
    // After a signal, or when the cluster could not be reached, traffic may not be back yet: then the post step looks again.
    if (exitCode < exitCodes.infrastructure) save({ settled: true });
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

/** Unique for one step of one attempt of one run, and readable on a Lease. */
function runName(environment: Readonly<Record<string, string | undefined>>): string {
  const { GITHUB_RUN_ID = '0', GITHUB_RUN_ATTEMPT = '1', GITHUB_JOB = 'job', GITHUB_ACTION = 'step' } = environment;
  const unique = randomBytes(3).toString('hex'); // legs of a matrix have all the rest in common
  return `github-${GITHUB_RUN_ID}-${GITHUB_RUN_ATTEMPT}-${GITHUB_JOB}-${GITHUB_ACTION}-${unique}`;
}

/** An input may hold a kubeconfig itself (it comes from a secret): it goes into a file that only we can read, for as long as the job runs. */
function withKubeconfigFile(
  run: ActionRun,
  environment: Readonly<Record<string, string | undefined>>,
  save: (change: Partial<ActionState>) => void,
): ActionRun {
  const { kubeconfig, context } = run.given;
  if (context !== undefined) save({ context });
  if (kubeconfig === undefined) return run;
  if (!/[\n{]/.test(kubeconfig)) {
    save({ kubeconfig });
    return run;
  }
  const file = join(mkdtempSync(join(environment['RUNNER_TEMP'] ?? tmpdir(), 'ml-deploy-')), 'kubeconfig');
  writeFileSync(file, `${kubeconfig}\n`, { mode: 0o600 });
  save({ kubeconfig: file, temporary: file });
  const argv = run.argv.map((argument) => (argument.startsWith('--kubeconfig=') ? `--kubeconfig=${file}` : argument));
  return { ...run, argv };
}

/** Everything secret that this run can come across, in every form in which a log might show it. */
function secretsOf(run: ActionRun, environment: Host['environment']): string[] {
  const read = (file: string | undefined): string[] => {
    try {
      return file === undefined || file === '' ? [] : [readFileSync(file, 'utf8')];
    } catch {
      return []; // none there: nothing to hide
    }
  };
  const kubeconfig = run.argv.find((argument) => argument.startsWith('--kubeconfig='))?.slice('--kubeconfig='.length);
  const docker = environment['DOCKER_CONFIG'] ?? join(environment['HOME'] ?? '/', '.docker');
  const texts = [
    ...read(kubeconfig),
    ...(environment['KUBECONFIG'] ?? '').split(':').flatMap(read),
    ...read(join(docker, 'config.json')),
  ];
  // Only what stands under a secret key: the text of a file as a whole is no secret.
  return texts.filter((text) => /token|password|auth|key-data|secret/i.test(text)).flatMap(masksOf);
}
