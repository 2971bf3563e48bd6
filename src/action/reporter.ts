import type { CommandReporter } from '../cli/reporter/choose.ts';
import type { NoteLevel, Task, TaskOptions } from '../pipeline/reporter.ts';
import type { WorkflowLog } from './workflow-log.ts';

/** A running task says where it is this often, so that the log is never silent for long. */
const progressEveryMs = 4000;

/**
 * Shows the engine's work in the log of a workflow step: one foldable group per stage, one line when a task begins and ends, and a line every
 * four seconds in between. Annotations are made once per stage from its evidence, not here: the runner keeps only ten.
 * @param log where to write
 * @returns the reporter, and `close`, which stops its timers and ends the group
 */
export function workflowReporter(log: WorkflowLog): CommandReporter {
  const running = new Map<NodeJS.Timeout, string>();
  let source: string | null = null;

  const task = (title: string, options?: TaskOptions): Task => {
    const started = performance.now();
    let detail = '';
    const say = (line: string): void => {
      source = null;
      log.text(line);
    };
    say(`${title} ...${options?.estimateMs === undefined ? '' : ` (usually ${duration(options.estimateMs)})`}`);
    const timer = setInterval(() => {
      say(`  ${title}: ${duration(performance.now() - started)}${detail && `, ${detail}`}`);
    }, progressEveryMs);
    timer.unref();
    running.set(timer, title);
    const end = (mark: string, last: string | undefined): void => {
      clearInterval(timer);
      running.delete(timer);
      say(`${mark} ${title} (${duration(performance.now() - started)})${last ? `: ${last}` : ''}`);
    };
    return {
      update: (text, fraction) => {
        detail = fraction === undefined ? text : `${Math.round(fraction * 100)} % ${text}`;
      },
      done: (text) => {
        end('done', text);
      },
      fail: (text) => {
        end('FAILED', text);
      },
    };
  };

  return {
    get now() {
      return [...running.values()].at(-1) ?? 'nothing';
    },
    stage: (name, next) => {
      log.group(next.length > 0 ? `${name} (then ${next.join(', ')})` : name);
      source = null;
    },
    task,
    note: (level: NoteLevel, message: string) => {
      source = null;
      if (level === 'debug') return;
      log.text(level === 'info' ? message : `${level}: ${message}`);
    },
    output: (from, line) => {
      if (from !== source) log.untrusted(`[${from}]`);
      source = from;
      log.untrusted(line);
    },
    close: () => {
      for (const timer of running.keys()) clearInterval(timer);
      running.clear();
      log.settle();
    },
  };
}

const duration = (ms: number): string => {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${String(Math.round(seconds) % 60).padStart(2, '0')} s`;
};
