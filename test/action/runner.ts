import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { repositoryRoot } from '../cluster/state.ts';
import { bundle } from '../hosts/host-project.ts';
import { commandsOf, type RunnerCommand } from './runner-commands.ts';

/** What action.yml says, as far as a runner needs it. */
export interface ActionMetadata {
  readonly name: string;
  readonly description: string;
  readonly branding: { readonly icon: string; readonly color: string };
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
  readonly runs: { readonly using: string; readonly main: string; readonly post: string };
}

/** What one step of the Action left behind. */
export interface StepResult {
  readonly exitCode: number | null;
  /** Ended by this signal. */
  readonly signal: NodeJS.Signals | null;
  /** Standard output and standard error as the runner reads them. */
  readonly log: string;
  /** What the runner would act on. */
  readonly commands: readonly RunnerCommand[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** A step that runs. */
export interface RunningStep {
  readonly pid: number;
  /** What was written so far. */
  log(): string;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<StepResult>;
}

/** The Action as it is in src/, for what the committed bundle has not got yet. */
export const source = join(repositoryRoot, 'src/main.ts');

/** Plays a runner for one use of the Action: the committed bundle, on this Node, with files and variables like those of a real job. */
export class ActionRunner implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'action-runner-'));
  readonly #metadata: ActionMetadata;
  readonly #workspace: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #inputs: Readonly<Record<string, string>>;
  readonly #program: string | null;
  #steps = 0;

  /**
   * @param workspace folder of the user's repository
   * @param inputs as under `with:`
   * @param environment more variables
   * @param program what is run instead of the bundle
   */
  constructor(
    workspace: string,
    inputs: Readonly<Record<string, string>>,
    environment: Readonly<Record<string, string>> = {},
    program: string | null = null,
  ) {
    this.#program = program;
    this.#metadata = parse(readFileSync(join(repositoryRoot, 'action.yml'), 'utf8')) as ActionMetadata;
    this.#workspace = workspace;
    this.#inputs = inputs;
    this.#environment = environment;
    mkdirSync(join(this.#folder, 'temp'));
  }

  /** Folder that the runner empties after the job. */
  get temporary(): string {
    return join(this.#folder, 'temp');
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Starts the main step. */
  main(): RunningStep {
    return this.#start(this.#metadata.runs.main, {});
  }

  /** Starts the post step with what the main step has saved. */
  post(main: StepResult): RunningStep {
    const state = Object.fromEntries(Object.entries(main.state).map(([name, value]) => [`STATE_${name}`, value]));
    return this.#start(this.#metadata.runs.post, state);
  }

  #start(file: string, state: Readonly<Record<string, string>>): RunningStep {
    this.#steps += 1;
    const path = (name: string): string => join(this.#folder, `${this.#steps}-${name}`);
    for (const name of ['output', 'state', 'summary', 'env', 'path']) writeFileSync(path(name), '');
    const child = spawn(process.execPath, [this.#program ?? join(dirname(bundle), file)], {
      cwd: this.#workspace,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: process.env['HOME'] ?? '/',
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
        CI: 'true',
        GITHUB_ACTIONS: 'true',
        GITHUB_RUN_ID: '4711',
        GITHUB_RUN_ATTEMPT: '1',
        GITHUB_JOB: 'deploy',
        GITHUB_ACTION: this.#folder.slice(-6),
        GITHUB_WORKSPACE: this.#workspace,
        GITHUB_OUTPUT: path('output'),
        GITHUB_STATE: path('state'),
        GITHUB_STEP_SUMMARY: path('summary'),
        GITHUB_ENV: path('env'),
        GITHUB_PATH: path('path'),
        RUNNER_TEMP: this.temporary,
        ...this.#inputVariables(),
        ...state,
        ...this.#environment,
      },
    });
    let log = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (log += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
    const ended = once(child, 'close').then(([exitCode, signal]) => ({
      exitCode: exitCode as number | null,
      signal: signal as NodeJS.Signals | null,
      log,
      commands: commandsOf([log]),
      outputs: fileCommands(readFileSync(path('output'), 'utf8')),
      state: fileCommands(readFileSync(path('state'), 'utf8')),
      summary: readFileSync(path('summary'), 'utf8'),
    }));
    if (child.pid === undefined) throw new Error(`cannot start ${process.execPath}`);
    return { pid: child.pid, log: () => log, kill: (signal) => child.kill(signal), ended };
  }

  #inputVariables(): Record<string, string> {
    const unknown = Object.keys(this.#inputs).filter((name) => !(name in this.#metadata.inputs));
    if (unknown.length > 0) throw new Error(`action.yml declares no input ${unknown.join(', ')}`);
    return Object.fromEntries(
      Object.entries(this.#metadata.inputs).map(([name, input]) => [
        `INPUT_${name.toUpperCase()}`,
        this.#inputs[name] ?? input.default ?? '',
      ]),
    );
  }
}

/** Reads a file of `name<<delimiter` blocks, as the runner does; the last value of a name counts. */
function fileCommands(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const [, name, delimiter] = /^([^=<]+)<<(.+)$/.exec(lines[at] ?? '') ?? [];
    if (name === undefined || delimiter === undefined) continue;
    const end = lines.indexOf(delimiter, at + 1);
    if (end < 0) throw new Error(`no end of ${name}`);
    values[name] = lines.slice(at + 1, end).join('\n');
    at = end;
  }
  return values;
}
