import type { NoteLevel, Reporter, Task, TaskOptions } from '../../pipeline/reporter.ts';
import type { Output } from '../host.ts';
import type { Palette } from './colour.ts';
import { elapsedText } from './elapsed.ts';
import { printable, shorten } from './printable.ts';
import { ActiveTasks, progressText } from './progress.ts';
import type { ActiveTask } from './progress.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 120;
const tailLines = 20;

/**
 * For a terminal: finished work scrolls up as lines, work that runs is a block at the bottom that is drawn anew several times a
 * second, with what comes next below it. Output of programs is shown as the last line only, and in full when its task fails.
 */
export class LiveReporter implements Reporter {
  readonly #output: Output;
  readonly #palette: Palette;
  readonly #tasks: ActiveTasks;
  readonly #timer: NodeJS.Timeout;
  #stage = '';
  #next: readonly string[] = [];
  #drawn = 0;
  #frame = 0;

  constructor(output: Output, palette: Palette) {
    this.#output = output;
    this.#palette = palette;
    this.#tasks = new ActiveTasks(({ task, succeeded, detail, elapsedMs }) => {
      const mark = succeeded ? palette.green('✓') : palette.red('✗');
      const lines = [
        `${mark} ${printable(task.title)} ${palette.dim(`${printable(detail)} ${elapsedText(elapsedMs)}`.trim())}`,
      ];
      if (!succeeded) lines.push(...task.tail.map((line) => palette.dim(`  │ ${line}`)));
      this.#print(lines);
    });
    this.#timer = setInterval(() => {
      this.#frame += 1;
      this.#draw();
    }, frameMs);
    this.#timer.unref();
  }

  /** What runs now, in words. */
  get now(): string {
    return this.#tasks.all.map((task) => task.title).join(', ') || this.#stage;
  }

  stage(name: string, next: readonly string[]): void {
    this.#stage = name;
    this.#next = next;
    this.#print([this.#palette.bold(name)]);
  }

  task(title: string, options?: TaskOptions): Task {
    const task = this.#tasks.begin(title, options);
    this.#draw();
    return task;
  }

  note(level: NoteLevel, message: string): void {
    if (level === 'debug') return;
    const { yellow, red, dim } = this.#palette;
    const marks = { info: dim('·'), warning: yellow('!'), error: red('✗') };
    this.#print([`${marks[level]} ${printable(message)}`]);
  }

  output(source: string, line: string): void {
    const newest = this.#tasks.all.at(-1);
    const text = printable(`${source}: ${line}`);
    if (newest === undefined) {
      this.#print([this.#palette.dim(`│ ${text}`)]);
      return;
    }
    newest.tail.push(text);
    if (newest.tail.length > tailLines) newest.tail.shift();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#erase();
  }

  #print(lines: readonly string[]): void {
    this.#erase();
    for (const line of lines) this.#output.write(`${line}\n`);
    this.#draw();
  }

  #draw(): void {
    this.#erase();
    const { cyan, dim } = this.#palette;
    const columns = Math.max((this.#output.columns ?? 80) - 1, 20);
    const spinner = frames[this.#frame % frames.length] ?? '';
    const block = this.#tasks.all.flatMap((task) => taskLines(task, columns, cyan(spinner), dim));
    if (block.length > 0 && this.#next.length > 0) block.push(dim(shorten(`  then ${this.#next.join(', ')}`, columns)));
    for (const line of block) this.#output.write(`${line}\n`);
    this.#drawn = block.length;
  }

  #erase(): void {
    // Up to the first line of the block, then clear to the end of the screen.
    if (this.#drawn > 0) this.#output.write(`\u001b[${this.#drawn}A\u001b[0J`);
    this.#drawn = 0;
  }
}

function taskLines(task: ActiveTask, columns: number, spinner: string, dim: (text: string) => string): string[] {
  const detail = task.detail === '' ? '' : `: ${task.detail}`;
  const progress = ` ${progressText(task)}`;
  // The spinner and the space after it take two columns.
  const head = shorten(printable(task.title + detail), columns - progress.length - 2);
  const last = task.tail.at(-1);
  const lines = [`${spinner} ${head}${dim(progress)}`];
  if (last !== undefined) lines.push(dim(shorten(`  │ ${last}`, columns)));
  return lines;
}
