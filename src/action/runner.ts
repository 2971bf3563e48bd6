import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The runner's side of a step: inputs come as variables, outputs and state go into files that it names. These few lines are here because loading
 * `@actions/core`, with the HTTP client in it, takes longer than validating a model; it is loaded when the job summary is written.
 */
export class Runner {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Value of an input, '' when it was not set. */
  input(name: string): string {
    return this.#environment[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`] ?? '';
  }

  /** Sets an output of the step; the last value counts. */
  setOutput(name: string, value: string): void {
    this.#command('GITHUB_OUTPUT', name, value);
  }

  /** Saves a value for the post step, where it is the variable STATE_name; the last value counts. */
  saveState(name: string, value: string): void {
    this.#command('GITHUB_STATE', name, value);
  }

  /** Appends Markdown to the job summary; does nothing where there is none, as under Tekton and in a terminal. */
  async addSummary(markdown: string): Promise<void> {
    if (!this.#environment['GITHUB_STEP_SUMMARY']) return;
    const { summary } = await import('@actions/core');
    await summary.addRaw(markdown, true).write();
  }

  /** A value may span lines: a delimiter that it cannot contain ends it. */
  #command(variable: string, name: string, value: string): void {
    const file = this.#environment[variable];
    if (file === undefined || file === '') return;
    const delimiter = `ghadelimiter_${randomUUID()}`;
    appendFileSync(file, `${name}<<${delimiter}\n${value}\n${delimiter}\n`);
  }
}
