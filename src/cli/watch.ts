import { setTimeout as delay } from 'node:timers/promises';
import { MlDeployError } from '../errors.ts';
import type { StatusReport } from '../rollout/commands/status.ts';
import type { Output } from './host.ts';
import { shorten } from './reporter/printable.ts';
import { statusLines } from './status-text.ts';

/** Shows one status after the other. */
export interface WatchView {
  show(report: StatusReport): void;
  /** The cluster did not answer; it is asked again. */
  trouble(message: string): void;
}

export interface WatchOptions {
  readonly read: () => Promise<StatusReport>;
  readonly view: WatchView;
  readonly signal: AbortSignal;
  /** Time between two looks, milliseconds. */
  readonly everyMs: number;
}

/**
 * Reads the status again and again until no rollout is unfinished or the signal is aborted. A cluster that stops answering ends nothing:
 * it is asked again; only the first look throws.
 */
export async function watchStatus({ read, view, signal, everyMs }: WatchOptions): Promise<void> {
  let seen = false;
  while (!signal.aborted) {
    try {
      const report = await read();
      seen = true;
      view.show(report);
      if (report.phase === 'done' || report.phase === 'none') return;
    } catch (error) {
      if (!seen || !(error instanceof MlDeployError) || error.kind !== 'infrastructure') throw error;
      view.trouble(error.message);
    }
    // An abort ends the wait, which is all there is to stop.
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

/** One JSON document per line, one line per change. */
export function jsonView(output: Output): WatchView {
  let last = '';
  return {
    show(report) {
      // Signs of life change at every tick and say nothing new.
      const engine = report.engine?.holder ?? null;
      const facts = JSON.stringify({ ...report, engine, updatedAt: null });
      if (facts === last) return;
      last = facts;
      output.write(`${JSON.stringify(report)}\n`);
    },
    trouble: () => undefined,
  };
}

/** Everything at first, then only the lines that are new, with the time: for logs. */
export function linesView(output: Output, now: () => Date = () => new Date()): WatchView {
  let last: readonly string[] | null = null;
  const stamp = (): string => `${now().toISOString().slice(11, 19)}Z`;
  return {
    show(report) {
      const lines = statusLines(report);
      const before = last?.map(withoutPulse);
      const fresh = lines.filter((line) => before?.includes(withoutPulse(line)) !== true);
      for (const line of fresh) output.write(last === null ? `${line}\n` : `${stamp()} ${line.trim()}\n`);
      last = lines;
    },
    trouble: (message) => void output.write(`${stamp()} no answer, asking again: ${message}\n`),
  };
}

function withoutPulse(line: string): string {
  return line.replace(/, last sign of life .*| \(\d[^)]* from now\)/, '');
}

/** A block that is drawn anew at every look: for a terminal. */
export function liveView(output: Output, now: () => Date = () => new Date()): WatchView {
  let drawn = 0;
  let lines: readonly string[] = [];
  const draw = (footer: readonly string[]): void => {
    const columns = Math.max((output.columns ?? 80) - 1, 20);
    const block = [...lines, ...footer].map((line) => shorten(line, columns));
    // Up to the first line of the block, then clear to the end of the screen.
    output.write(`${drawn > 0 ? `\u001b[${drawn}A\u001b[0J` : ''}${block.join('\n')}\n`);
    drawn = block.length;
  };
  const at = (): string => now().toISOString().slice(11, 19);
  return {
    show(report) {
      lines = statusLines(report);
      const over = report.phase === 'done' || report.phase === 'none';
      draw(over ? [] : [`  ${at()}Z  looks every 2 s; Ctrl-C ends only the watch`]);
    },
    trouble: (message) => draw([`  ${at()}Z  no answer, asking again: ${message.replaceAll('\n', ' ')}`]),
  };
}
