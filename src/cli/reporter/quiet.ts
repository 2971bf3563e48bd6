import type { NoteLevel, Reporter, Task } from '../../pipeline/reporter.ts';
import type { Output } from '../host.ts';
import { printable } from './printable.ts';

/** Says only what went wrong. */
export class QuietReporter implements Reporter {
  readonly #output: Output;
  #stage = '';

  constructor(output: Output) {
    this.#output = output;
  }

  /** What runs now, in words. */
  get now(): string {
    return this.#stage;
  }

  stage(name: string): void {
    this.#stage = name;
  }

  task(): Task {
    // A failure of a task becomes an error or a result, and both are shown.
    return { update: () => undefined, done: () => undefined, fail: () => undefined };
  }

  note(level: NoteLevel, message: string): void {
    if (level === 'warning' || level === 'error') this.#output.write(`${level}: ${printable(message)}\n`);
  }

  output(): void {
    // Program output is detail.
  }

  close(): void {
    // Nothing is open.
  }
}
