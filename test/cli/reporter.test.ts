import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseReporter } from '../../src/cli/reporter/choose.ts';
import type { CommandReporter } from '../../src/cli/reporter/choose.ts';
import { palette } from '../../src/cli/reporter/colour.ts';
import { elapsedText } from '../../src/cli/reporter/elapsed.ts';
import { LiveReporter } from '../../src/cli/reporter/live.ts';
import { PlainReporter } from '../../src/cli/reporter/plain.ts';
import { printable } from '../../src/cli/reporter/printable.ts';
import { QuietReporter } from '../../src/cli/reporter/quiet.ts';
import { OptionValues } from '../../src/cli/options.ts';
import { Capture } from './host.ts';

let reporter: CommandReporter | null = null;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance', 'Date'] });
});
afterEach(() => {
  reporter?.close();
  vi.useRealTimers();
});

describe('plain lines', () => {
  it('say something at least every five seconds while a task runs, and nothing when none does', () => {
    const output = new Capture();
    reporter = new PlainReporter(output);
    reporter.stage('build', ['smoke', 'rollout']);
    const task = reporter.task('Build the image', { estimateMs: 60_000 });
    task.update('installing dependencies', 0.4);
    for (let second = 5; second <= 60; second += 5) {
      output.text = '';
      vi.advanceTimersByTime(5000);
      expect(output.text, `nothing said until second ${second}`).toMatch(
        /^[\d:]+Z build {5}\.\.\. Build the image: installing dependencies \(.* of about 1 min 00 s, 40 %\); then smoke, rollout\n/,
      );
    }
    task.done('pushed');
    expect(output.text).toMatch(/Build the image: done after 1 min 00 s, pushed\n$/);
    output.text = '';
    vi.advanceTimersByTime(20_000);
    expect(output.text).toBe('');
  });

  it('cannot be steered by what a pod prints', () => {
    const output = new Capture();
    reporter = new PlainReporter(output);
    reporter.output('pod', 'ok\u001b]0;title\u0007\u001b[2J\r\n::set-output name=x::y\u202e');
    expect(output.text.split('\n')).toHaveLength(2);
    expect(output.text).not.toMatch(/[\u001b\r\u202e]/);
  });
});

describe('the live terminal', () => {
  /** What a terminal would show: moves up and clears are carried out. */
  function screen(text: string): string[] {
    let lines: string[] = [''];
    for (const part of text.split(/(\u001b\[\d+A\u001b\[0J|\n)/)) {
      const up = /^\u001b\[(\d+)A/.exec(part)?.[1];
      if (up !== undefined) lines = [...lines.slice(0, lines.length - 1 - Number(up)), ''];
      else if (part === '\n') lines.push('');
      else lines.push(`${lines.pop() ?? ''}${part}`);
    }
    return lines;
  }

  it('shows what runs, how long, and what comes next; finished work stays above', () => {
    const output = new Capture(true);
    reporter = new LiveReporter(output, palette(output, { NO_COLOR: '1' }));
    reporter.stage('build', ['smoke']);
    const task = reporter.task('Build the image', { estimateMs: 60_000 });
    task.update('pip install');
    vi.advanceTimersByTime(12_000);
    expect(screen(output.text)).toEqual([
      'build',
      expect.stringMatching(/^. Build the image: pip install 12 s of about 1 min 00 s$/),
      '  then smoke',
      '',
    ]);
    reporter.note('warning', 'slow registry');
    task.done('pushed');
    expect(screen(output.text)).toEqual(['build', '! slow registry', '✓ Build the image pushed 12 s', '']);
  });

  it('shows the output of a program in full only when its task fails', () => {
    const output = new Capture(true);
    reporter = new LiveReporter(output, palette(output, { NO_COLOR: '1' }));
    const task = reporter.task('Build the image');
    reporter.output('pip', 'one');
    reporter.output('pip', 'two');
    vi.advanceTimersByTime(200);
    expect(screen(output.text).slice(1)).toEqual(['  │ pip: two', '']);
    task.fail('exit 1');
    expect(screen(output.text)).toEqual(['✗ Build the image exit 1 0.2 s', '  │ pip: one', '  │ pip: two', '']);
  });

  it('never writes a line wider than the terminal, which would break the redrawing', () => {
    const output = new Capture(true);
    reporter = new LiveReporter(output, palette(output, { NO_COLOR: '1' }));
    reporter.task('T'.repeat(300)).update('d'.repeat(300));
    reporter.output('pod', 'o'.repeat(300));
    vi.advanceTimersByTime(500);
    for (const line of screen(output.text)) expect(line.length).toBeLessThan(80);
  });
});

describe('the choice', () => {
  const options = (values: Record<string, unknown>): OptionValues => new OptionValues({ color: true, ...values });
  const host = (isTTY: boolean, environment: Record<string, string> = {}): Parameters<typeof chooseReporter>[0] => ({
    stdout: new Capture(),
    stderr: new Capture(isTTY),
    environment,
    cwd: '/',
  });

  it.each([
    ['a terminal', host(true), {}, LiveReporter],
    ['a pipe', host(false), {}, PlainReporter],
    ['a terminal in CI', host(true, { CI: 'true' }), {}, PlainReporter],
    ['a dumb terminal', host(true, { TERM: 'dumb' }), {}, PlainReporter],
    ['--quiet', host(true), { quiet: true }, QuietReporter],
  ])('%s', (_name, surroundings, values, expected) => {
    reporter = chooseReporter(surroundings, options(values));
    expect(reporter).toBeInstanceOf(expected);
  });

  it('--no-color and NO_COLOR leave colours out', () => {
    for (const [values, environment] of [
      [{ color: false }, {}],
      [{}, { NO_COLOR: '1' }],
    ] as const) {
      const stderr = new Capture(true);
      const live = chooseReporter({ ...host(true, environment), stderr }, options(values));
      live.note('error', 'x');
      live.close();
      expect(stderr.text).toBe('✗ x\n');
    }
  });
});

it('elapsed time reads like speech', () => {
  expect([400, 12_000, 200_000, 7_500_000].map(elapsedText)).toEqual(['0.4 s', '12 s', '3 min 20 s', '2 h 05 min']);
});

it('printable text keeps letters of every script', () => {
  expect(printable('naïve 模型 \u001b[31mred\u001b[0m\tend')).toBe('naïve 模型 red end');
});
