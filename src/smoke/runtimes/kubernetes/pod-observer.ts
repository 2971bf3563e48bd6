import { MlDeployError } from '../../../errors.ts';
import type { ExecEnd, ExecSession, KubeApi } from '../../../kubernetes/api.ts';
import { mayExec } from '../../../kubernetes/exec-rights.ts';
import { observers } from './observer-programs.ts';

/** What is asked; observer-programs.ts tells the answers. */
export type Question = 'memory' | 'gpu' | 'list';

export interface Told {
  readonly text: string;
  /** Of nvidia-smi, where it was run; 127: there is none. */
  readonly status: number;
}

/** Why there is no answer. */
export interface Untold {
  /** `never`: nor will there be one. `late`: the program did not answer in time, although the container did. `lost`: it could not be asked now. */
  readonly why: 'never' | 'late' | 'lost';
  readonly reason: string;
}

/** Where it looks. */
export interface ObserverOptions {
  readonly api: Pick<KubeApi, 'exec' | 'may'>;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Folders that stand for `/` and `/proc`, for tests. */
  readonly root?: string;
  readonly proc?: string;
}

/** A program that answers at all does so in this time, milliseconds. */
const pingMs = 5_000;
/** The longest answer; a machine with 16 GPUs tells 200 KiB. */
const mostText = 4 * 1024 * 1024;
/** A way that is lost so often in a row is not tried again: each try may take seconds, while requests wait. */
const mostLost = 3;
const noSuchProgram = /executable|no such file or directory/i;

interface Session {
  readonly exec: ExecSession;
  /** Is told every line, and the end as null. */
  listener: ((line: string | null) => void) | null;
  ended: ExecEnd | null;
}

/**
 * Looks around in a container through one small program there (`pods/exec`) that waits for questions: a question costs no new process of the
 * node. One that is lost is started anew.
 */
export class PodObserver {
  readonly #options: ObserverOptions;
  #session: Session | null = null;
  /** Which program the image can run; null: not known yet. */
  #program: number | null = null;
  #never: Untold | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #asked = 0;
  #lost = 0;
  #closed = false;

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  /** Asks; questions wait for each other. Never throws. */
  ask(question: Question, timeoutMs: number): Promise<Told | Untold> {
    const answer = this.#turn.then(async () => this.#never ?? this.#note(await this.#ask(question, timeoutMs)));
    this.#turn = answer;
    return answer;
  }

  #note(answer: Told | Untold): Told | Untold {
    const why = 'why' in answer ? answer.why : null;
    this.#lost = why === 'lost' ? this.#lost + 1 : 0;
    if ('why' in answer && (why === 'never' || this.#lost >= mostLost)) this.#never = { ...answer, why: 'never' };
    return answer;
  }

  /** Ends the program. */
  close(): void {
    this.#closed = true;
    this.#drop();
  }

  #drop(): void {
    this.#session?.exec.close();
    this.#session?.listener?.(null);
    this.#session = null;
  }

  async #ask(question: Question, timeoutMs: number): Promise<Told | Untold> {
    if (this.#session === null || this.#session.ended !== null) {
      const opened = await this.#open();
      if ('why' in opened) return opened;
      this.#session = opened;
    }
    const told = await this.#put(this.#session, question, timeoutMs);
    if (!('why' in told)) return told;
    this.#drop();
    // Whether it is the program that hangs, or the way to it, another one finds out.
    if (told.why !== 'late') return told;
    const again = await this.#open();
    if ('why' in again) return { ...again, why: 'lost' };
    this.#session = again;
    return told;
  }

  async #open(): Promise<Session | Untold> {
    const reasons: string[] = [];
    for (const [index, [needs, ...command]] of observers.entries()) {
      if (this.#closed) return { why: 'lost', reason: 'the test is over' };
      if (this.#program !== null && this.#program !== index) continue;
      const session = await this.#start(command).catch((error: unknown) => this.#untoldOf(error));
      if ('why' in session) return session;
      const pong = await this.#put(session, 'ping', pingMs);
      if (!('why' in pong)) {
        this.#program = index;
        return session;
      }
      session.exec.close();
      if (session.ended === null || !noSuchProgram.test(session.ended.message)) return pong;
      reasons.push(needs);
    }
    return { why: 'never', reason: `the image has none of the programs ${reasons.join(', ')} to look around with` };
  }

  async #start(command: readonly string[]): Promise<Session> {
    const { api, namespace, pod, container, root = '', proc = '/proc' } = this.#options;
    let rest = '';
    let session: Session | null = null;
    let early: ExecEnd | null = null;
    const exec = await api.exec({
      ...{ namespace, pod, container, command: [...command, root, proc] },
      onOutput: (text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) session?.listener?.(line);
      },
      onEnd: (end) => {
        early = end;
        if (session === null) return;
        session.ended = end;
        session.listener?.(null);
      },
    });
    session = { exec, listener: null, ended: early };
    return session;
  }

  /** What keeps a program from being started: without the right to, nothing will change. */
  async #untoldOf(error: unknown): Promise<Untold> {
    if (!(error instanceof MlDeployError)) throw error;
    if (error.code !== 'kubernetes/forbidden') return { why: 'lost', reason: error.message };
    const { api, namespace } = this.#options;
    const may = await mayExec(api, namespace).catch(() => 'no');
    const reason = may === 'yes' ? forbiddenAllTheSame : `${error.message} ${error.hint ?? ''}`;
    return { why: 'never', reason };
  }

  #put(session: Session, question: string, timeoutMs: number): Promise<Told | Untold> {
    if (session.ended !== null) return Promise.resolve(lostBy(session.ended));
    const id = ++this.#asked;
    return new Promise((resolve) => {
      const text: string[] = [];
      let size = 0;
      const settle = (answer: Told | Untold): void => {
        clearTimeout(timer);
        session.listener = null;
        resolve(answer);
      };
      const timer = setTimeout(() => {
        settle({ why: 'late', reason: `no answer within ${timeoutMs / 1000} s` });
      }, timeoutMs);
      timer.unref();
      session.listener = (line) => {
        if (line === null) {
          settle(lostBy(session.ended));
          return;
        }
        const [, ended, status] = /^mldeploy-end (\d+) (\d+)$/.exec(line.trimEnd()) ?? [];
        if (ended === undefined) {
          text.push(line);
          size += line.length;
          if (size > mostText) settle({ why: 'lost', reason: 'an answer was too long' });
        } else if (Number(ended) === id) settle({ text: text.join('\n'), status: Number(status) });
      };
      session.exec.write(`${id} ${question}\n`);
    });
  }
}

function lostBy(end: ExecEnd | null): Untold {
  return { why: 'lost', reason: end === null ? 'the test is over' : `${end.message} ${end.errors}`.trim() };
}

const forbiddenAllTheSame =
  'pods/exec was refused although a Role of the account allows it: by an admission policy of the cluster, or by what stands before its API server (kubectl proxy does, unless --reject-paths says otherwise).';
