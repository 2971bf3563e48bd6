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

  task(title: string): Task {
    return {
      update: () => undefined,
      done: () => undefined,
      fail: (detail = '') =>
        this.#output.write(`${printable(`${title}: failed${detail === '' ? '' : `, ${detail}`}`)}\n`),
    };
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
