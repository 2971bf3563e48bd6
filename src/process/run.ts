import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

import { execa } from 'execa';

import { MlDeployError } from '../errors.ts';

/** What to run, and what the caller wants to see of it. */
export interface Program {
  /** A name that is looked up on `environment.PATH`, or a path. */
  readonly command: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** The whole environment of the program: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Text for standard input, which is then closed; without it the input is empty. */
  readonly input?: string;
  /** The program opens its standard input by a name (`/dev/stdin`). Node's own is a socket, which Linux does not open; then it is a pipe of /bin/sh. */
  readonly opensInput?: boolean;
  /** Ends the program: TERM to its process group, KILL after `graceMs`. */
  readonly signal?: AbortSignal;
  /** Time between TERM and KILL, milliseconds; 5 000 unless said. */
  readonly graceMs?: number;
  /** Longest run, milliseconds; unlimited unless said. */
  readonly timeoutMs?: number;
  /** Longest time without any output, milliseconds; unlimited unless said. */
  readonly silenceMs?: number;
  /** Called with every complete line as it comes, without its line end. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
}

/** How a program ended. Only the last 1 MiB of each stream is kept. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const keptCharacters = 1024 * 1024;
const tailLines = 8;

/**
 * Runs a program to its end. It gets a process group of its own, so that the programs it started end with it.
 * @param program what to run
 * @returns exit code and output; a code other than 0 is the caller's to judge
 * @throws MlDeployError `process/not-found`, `process/not-started`, `process/timeout` (also for a silence), `process/killed` (a signal we did not
 *   send), `process/interrupted` (`signal` was aborted)
 */
export async function run(program: Program): Promise<Ended> {
  throwWhenAborted(program);
  const [command, args] = commandOf(program);
  const child = execa(command, args, {
    ...(program.cwd === undefined ? {} : { cwd: program.cwd }),
    env: program.environment,
    extendEnv: false,
    detached: true, // its own process group
    cleanup: false, // we end the group ourselves
    reject: false,
    buffer: false,
    stripFinalNewline: false,
    input: program.input ?? '',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const { pid } = child;
  const ending = new GroupEnding(pid, program.graceMs ?? 5_000);
  const onAbort = (): void => ending.begin('aborted');
  program.signal?.addEventListener('abort', onAbort, { once: true });
  const timer =
    program.timeoutMs === undefined ? undefined : setTimeout(() => ending.begin('overdue'), program.timeoutMs);
  const silence = watchSilence([child.stdout, child.stderr], program.silenceMs, () => ending.begin('silent'));
  try {
    const [stdout, stderr, result] = await Promise.all([
      collect(child.stdout, (line) => program.onLine?.(line, 'stdout')),
      collect(child.stderr, (line) => program.onLine?.(line, 'stderr')),
      child,
    ]);
    throwWhenAborted(program);
    if (ending.reason === 'overdue') throw overdue(program, stderr);
    if (ending.reason === 'silent') throw silent(program, stderr || stdout);
    if (pid === undefined || result.exitCode === undefined) throw notEnded(program, result, stderr);
    return { exitCode: result.exitCode, stdout, stderr };
  } finally {
    clearTimeout(timer);
    clearInterval(silence);
    program.signal?.removeEventListener('abort', onAbort);
    ending.finish();
  }
}

function commandOf({ command, args = [], opensInput = false }: Program): readonly [string, readonly string[]] {
  return opensInput ? ['/bin/sh', ['-c', 'cat | "$0" "$@"', command, ...args]] : [command, args];
}

/** TERM to a process group, KILL when it is still there after the grace. */
class GroupEnding {
  readonly #pid: number | undefined;
  readonly #graceMs: number;
  #timer: NodeJS.Timeout | undefined;
  /** Why the group was told to end; null as long as it was not. */
  reason: 'aborted' | 'overdue' | 'silent' | null = null;

  constructor(pid: number | undefined, graceMs: number) {
    this.#pid = pid;
    this.#graceMs = graceMs;
  }

  begin(reason: 'aborted' | 'overdue' | 'silent'): void {
    if (this.reason !== null) return;
    this.reason = reason;
    this.#send('SIGTERM');
    this.#timer = setTimeout(() => this.#send('SIGKILL'), this.#graceMs);
  }

  /** The program itself has ended: whatever of its group is left when it was told to end, ends now. */
  finish(): void {
    clearTimeout(this.#timer);
    if (this.reason !== null) this.#send('SIGKILL');
  }

  #send(name: NodeJS.Signals): void {
    if (this.#pid === undefined) return;
    try {
      process.kill(-this.#pid, name);
    } catch {
      // ESRCH: the group has ended already.
    }
  }
}

/** Tells once when nothing came for as long as that; unfinished lines count as output. */
function watchSilence(
  streams: readonly Readable[],
  silenceMs: number | undefined,
  onSilence: () => void,
): NodeJS.Timeout | undefined {
  if (silenceMs === undefined) return undefined;
  let last = performance.now();
  for (const stream of streams) stream.on('data', () => (last = performance.now()));
  return setInterval(() => performance.now() - last >= silenceMs && onSilence(), Math.min(silenceMs / 4, 10_000));
}

async function collect(stream: Readable, onLine: (line: string) => void): Promise<string> {
  let kept = '';
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    onLine(line);
    kept += `${line}\n`;
    if (kept.length > 2 * keptCharacters) kept = kept.slice(-keptCharacters);
  }
  return kept.slice(-keptCharacters);
}

function title(program: Program): string {
  const [first] = program.args ?? [];
  return first === undefined || first.startsWith('-') ? program.command : `${program.command} ${first}`;
}

function quoted(output: string): string {
  const tail = output.trimEnd().split('\n').slice(-tailLines).join('\n');
  return tail === '' ? ' without a word' : `:\n${tail}`;
}

function throwWhenAborted(program: Program): void {
  if (program.signal?.aborted !== true) return;
  throw new MlDeployError({
    code: 'process/interrupted',
    kind: 'interrupted',
    message: `${title(program)} was ended because this run was interrupted`,
  });
}

function overdue(program: Program, stderr: string): MlDeployError {
  return new MlDeployError({
    code: 'process/timeout',
    kind: 'infrastructure',
    message: `${title(program)} did not end within ${(program.timeoutMs ?? 0) / 1000} s${quoted(stderr)}`,
  });
}

function silent(program: Program, output: string): MlDeployError {
  const minutes = Math.round((program.silenceMs ?? 0) / 6_000) / 10;
  return new MlDeployError({
    code: 'process/timeout',
    kind: 'infrastructure',
    message: `${title(program)} was ended because it printed nothing for ${minutes} min${quoted(output)}`,
    hint: 'Look at what it waits for: a network, a disk, a daemon.',
  });
}

function notEnded(
  program: Program,
  result: { signal?: string | undefined; code?: string | undefined; cause?: unknown },
  stderr: string,
): Error {
  if (result.signal !== undefined) {
    return new MlDeployError({
      code: 'process/killed',
      kind: 'infrastructure',
      message: `${title(program)} was ended by ${result.signal}${quoted(stderr)}`,
      ...(result.signal === 'SIGKILL' ? { hint: 'SIGKILL often means that the machine ran out of memory.' } : {}),
    });
  }
  if (result.code === 'ENOENT') {
    return new MlDeployError({
      code: 'process/not-found',
      kind: 'infrastructure',
      message: `no program ${program.command}: looked on PATH=${program.environment['PATH'] ?? ''}`,
      hint: `Install ${program.command}, or put its folder on PATH.`,
    });
  }
  return new MlDeployError({
    code: 'process/not-started',
    kind: 'infrastructure',
    message: `${program.command} could not be started (${result.code ?? 'unknown reason'})`,
    cause: result.cause,
  });
}
