import type { Task, TaskOptions } from '../../pipeline/reporter.ts';
import { elapsedText } from './elapsed.ts';

/** A task that has begun and not ended, as the reporters keep it. */
export interface ActiveTask {
  readonly title: string;
  readonly startedAt: number;
  readonly estimateMs: number | null;
  detail: string;
  fraction: number | null;
  /** Last lines of output while it ran, shown when it fails. */
  readonly tail: string[];
}

/** How a task ended. */
export interface TaskEnd {
  readonly task: ActiveTask;
  readonly succeeded: boolean;
  readonly detail: string;
  readonly elapsedMs: number;
}

/** The tasks that run now, oldest first. */
export class ActiveTasks {
  readonly #tasks = new Set<ActiveTask>();
  readonly #ended: (end: TaskEnd) => void;

  constructor(ended: (end: TaskEnd) => void) {
    this.#ended = ended;
  }

  get all(): readonly ActiveTask[] {
    return [...this.#tasks];
  }

  /** Begins a task; ending it twice has no effect. */
  begin(title: string, options?: TaskOptions): Task {
    const task: ActiveTask = {
      title,
      startedAt: performance.now(),
      estimateMs: options?.estimateMs ?? null,
      detail: '',
      fraction: null,
      tail: [],
    };
    this.#tasks.add(task);
    const end = (succeeded: boolean, detail: string): void => {
      if (!this.#tasks.delete(task)) return;
      this.#ended({ task, succeeded, detail, elapsedMs: performance.now() - task.startedAt });
    };
    return {
      update: (detail, fraction) => {
        task.detail = detail;
        task.fraction = fraction ?? null;
      },
      done: (detail = '') => end(true, detail),
      fail: (detail = '') => end(false, detail),
    };
  }
}

/** `12 s`, `12 s of about 60 s`, `12 s, 40 %`. */
export function progressText(task: ActiveTask): string {
  const elapsedMs = performance.now() - task.startedAt;
  const percent = task.fraction === null ? '' : `, ${Math.round(task.fraction * 100)} %`;
  const estimate = task.estimateMs === null ? '' : ` of about ${elapsedText(task.estimateMs)}`;
  return elapsedText(elapsedMs) + estimate + percent;
}
