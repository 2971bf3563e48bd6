import type { StageName } from './evidence.ts';

export type NoteLevel = 'debug' | 'info' | 'warning' | 'error';

/** One visible piece of work inside a stage: what runs, how long, how it ended. */
export interface Task {
  /** A short detail of what is happening now; `fraction` (0..1) when known. */
  update(detail: string, fraction?: number): void;
  done(detail?: string): void;
  fail(detail?: string): void;
}

export interface TaskOptions {
  /** How long this usually takes, in milliseconds; shown as an estimate. */
  readonly estimateMs?: number;
}

/**
 * Where the engine tells people what it does. Adapters decide how it looks: live terminal, plain lines, workflow commands.
 */
export interface Reporter {
  /** A stage begins; `plan` lists the stages that follow, so that "what comes next" is visible. */
  stage(name: StageName | 'preflight', next: readonly string[]): void;
  task(title: string, options?: TaskOptions): Task;
  note(level: NoteLevel, message: string): void;
  /** A line printed by a program or pod: untrusted, never interpreted. */
  output(source: string, line: string): void;
}

/** A reporter that says nothing; for library use and unit tests. */
export const silentReporter: Reporter = {
  stage: () => undefined,
  task: () => ({ update: () => undefined, done: () => undefined, fail: () => undefined }),
  note: () => undefined,
  output: () => undefined,
};
