import type { NoteLevel, Reporter, Task, TaskOptions } from '../../pipeline/reporter.ts';
import type { Output } from '../host.ts';
import { elapsedText } from './elapsed.ts';
import { printable } from './printable.ts';
import { ActiveTasks, progressText } from './progress.ts';

// Nobody should wait longer than 5 s for a sign of life.
const heartbeatMs = 4000;

/** Lines with times, for logs: what begins, what ended after how long, and a heartbeat while something runs. */
export class PlainReporter implements Reporter {
  readonly #output: Output;
  readonly #tasks: ActiveTasks;
  readonly #timer: NodeJS.Timeout;
  #stage = '';
  #next: readonly string[] = [];
  #lastLineAt = performance.now();

  constructor(output: Output) {
    this.#output = output;
    this.#tasks = new ActiveTasks(({ task, succeeded, detail, elapsedMs }) => {
      const ending = succeeded ? 'done' : 'failed';
      this.#line(`${task.title}: ${ending} after ${elapsedText(elapsedMs)}${detail === '' ? '' : `, ${detail}`}`);
    });
    this.#timer = setInterval(() => {
      this.#heartbeat();
    }, 500);
    this.#timer.unref();
  }

  /** What runs now, in words. */
  get now(): string {
    return this.#tasks.all.map((task) => task.title).join(', ') || this.#stage;
  }

  stage(name: string, next: readonly string[]): void {
    this.#stage = name;
    this.#next = next;
    this.#line(next.length === 0 ? 'begins' : `begins; then ${next.join(', ')}`);
  }

  task(title: string, options?: TaskOptions): Task {
    const estimate = options?.estimateMs === undefined ? '' : ` (about ${elapsedText(options.estimateMs)})`;
    this.#line(`${title}${estimate}`);
    return this.#tasks.begin(title, options);
  }

  note(level: NoteLevel, message: string): void {
    if (level === 'debug') return;
    this.#line(level === 'info' ? message : `${level}: ${message}`);
  }

  output(source: string, line: string): void {
    if (line.trim() === '') return;
    this.#line(`${source} | ${line}`);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #heartbeat(): void {
    if (performance.now() - this.#lastLineAt < heartbeatMs) return;
    const [task] = this.#tasks.all;
    if (task === undefined) return;
    const detail = task.detail === '' ? '' : `: ${task.detail}`;
    const next = this.#next.length === 0 ? '' : `; then ${this.#next.join(', ')}`;
    this.#line(`... ${task.title}${detail} (${progressText(task)})${next}`);
  }

  #line(text: string): void {
    this.#lastLineAt = performance.now();
    const time = new Date().toISOString().slice(11, 19);
    const stage = this.#stage === '' ? '' : `${this.#stage.padEnd(9)} `;
    this.#output.write(`${time}Z ${stage}${printable(text)}\n`);
  }
}
