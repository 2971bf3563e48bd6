import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How a command ended. */
export interface Ended {
  /** 1 as well when it could not start or was ended by a signal. */
  readonly code: number;
  readonly seconds: number;
}

/** A command that runs behind others. */
export interface Behind {
  /** Shows what it says from now on, and waits for its end. */
  finish(): Promise<Ended>;
}

/** A suite that says nothing for this long is mentioned, so that nobody takes the run for dead. In milliseconds. */
const silence = 30_000;
/** From a request to end to the kill, in milliseconds. */
const grace = 10_000;
/** Time for the last lines of a command that has ended, in milliseconds. */
const lastWords = 2_000;
/** Lines of a command behind that are shown when it has failed before anybody looked. */
const kept = 60;

/** Runs commands in process groups of their own; whatever ends the run ends them, and the closing lines still come. */
export class Runner {
  /** Why the run was stopped, if it was. */
  stopped: string | undefined;
  readonly #cwd: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #children = new Set<ChildProcess>();

  constructor(cwd: string, env: NodeJS.ProcessEnv) {
    this.#cwd = cwd;
    this.#env = env;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.stop(signal));
    process.stdout.on('error', () => undefined); // whoever read our lines has gone; go on without
  }

  /**
   * Ends everything that runs, and lets nothing new start.
   * @param reason said at the end
   */
  stop(reason: string): void {
    this.stopped ??= reason;
    for (const child of this.#children) end(child, 'SIGTERM');
    setTimeout(() => {
      for (const child of this.#children) end(child, 'SIGKILL');
    }, grace).unref();
  }

  /**
   * Runs a command with its output shown.
   * @param name said when it is silent
   * @param command program and arguments
   * @param when `always`: also after the run was stopped
   * @returns how it ended
   */
  async run(
    name: string,
    command: readonly string[],
    when: 'unless stopped' | 'always' = 'unless stopped',
  ): Promise<Ended> {
    return this.#start(name, command, when, (line) => console.log(line)).ended;
  }

  /**
   * Starts a command whose output is kept back.
   * @param name said when it is silent
   * @param command program and arguments
   * @returns to wait for it
   */
  behind(name: string, command: readonly string[]): Behind {
    const last: string[] = [];
    let shown = false;
    const { ended } = this.#start(name, command, 'unless stopped', (line) => {
      if (shown) console.log(line);
      else last.push(line);
      if (last.length > kept) last.shift();
    });
    return {
      finish: async () => {
        console.log(last.join('\n'));
        shown = true;
        return ended;
      },
    };
  }

  #start(
    name: string,
    command: readonly string[],
    when: 'unless stopped' | 'always',
    show: (line: string) => void,
  ): { readonly ended: Promise<Ended> } {
    const started = performance.now();
    const seconds = (): number => (performance.now() - started) / 1000;
    if (this.stopped !== undefined && when !== 'always') return { ended: Promise.resolve({ code: 1, seconds: 0 }) };
    const [program = '', ...args] = command;
    const child = spawn(program, args, {
      cwd: this.#cwd,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#children.add(child);
    const remind = setInterval(() => show(`... ${name}: ${seconds().toFixed(0)} s`), silence);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        remind.refresh();
        show(line);
      });
    }
    const ended = new Promise<Ended>((resolve) => {
      child.on('error', (error) => {
        show(error.message);
        resolve({ code: 1, seconds: seconds() });
      });
      const done = (code: number | null): void => resolve({ code: code ?? 1, seconds: seconds() });
      child.on('close', done);
      // Something that was left behind may hold the pipes open for ever.
      child.on('exit', (code) => setTimeout(done, lastWords, code));
    }).finally(() => {
      clearInterval(remind);
      this.#children.delete(child);
    });
    return { ended };
  }
}

/** The whole group: a test may have started programs of its own. */
function end(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // it has ended
  }
}
