import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

import { validateStage } from '../../../src/model/stage.ts';
import { serverOf } from '../../../src/server/index.ts';
import { until } from '../../cluster/poll.ts';
import { freePort } from '../../free-ports.ts';
import { goesWithUs } from '../../guard.ts';
import { project } from '../../image/project.ts';
import { serverPython } from './python.ts';

/** A line of the server's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly event: string };

/** What a test decides about its server. */
export interface ServerOptions {
  /** Folder with `model/`. */
  readonly root: string;
  /** YAML of `server`, as a flow mapping without braces. */
  readonly server?: string;
  /** YAML of `resources`, likewise. */
  readonly resources?: string;
  /** Text of the user's inference.py. */
  readonly inference?: string;
  /** Besides what the pod template sets. */
  readonly env?: Readonly<Record<string, string>>;
  /** Interpreter to use; by default one with the packages of all formats but CatBoost. */
  readonly python?: string;
}

/** The server of an image plan, as a process on this machine. */
export class RunningServer {
  readonly port: number;
  readonly lines: LogLine[] = [];
  /** Lines that are not JSON objects with an event. */
  readonly strange: string[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown[]>;

  constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.#child = child;
    this.#exited = once(child, 'exit');
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#read(line));
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  events(name: string): LogLine[] {
    return this.lines.filter(({ event }) => event === name);
  }

  async ready(): Promise<void> {
    await until(
      'the server is ready',
      async () => {
        if (this.#child.exitCode !== null) throw new Error(`it ended with ${this.#child.exitCode}`);
        return (await fetch(`${this.url}/readyz`)).status === 200;
      },
      { timeout: 90_000, hint: () => JSON.stringify([this.lines, this.strange]) },
    );
  }

  async predict(inputs: unknown): Promise<Response> {
    return fetch(`${this.url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ inputs }),
    });
  }

  /** Values of the metrics that exist, by series. */
  async metrics(): Promise<Map<string, number>> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
    );
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits for the end; the code, or the signal's name. */
  async exited(): Promise<unknown> {
    const [code, signal] = await this.#exited;
    return code ?? signal;
  }

  /** Ends it with everything it started. */
  async stop(): Promise<void> {
    try {
      // Workers of a supervisor that has gone are still in its group.
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // Nobody is left.
    }
    await this.#exited;
  }

  #read(line: string): void {
    try {
      const value = JSON.parse(line) as LogLine;
      if (typeof value.event !== 'string') throw new Error('no event');
      this.lines.push(value);
    } catch {
      this.strange.push(line);
    }
  }
}

/** Starts the server with the very files of the image plan; not yet ready. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const home = mkdtempSync(join(tmpdir(), 'mldeploy-server-'));
  if (options.inference !== undefined) writeFileSync(join(options.root, 'inference.py'), options.inference);
  const server = options.server ?? (options.inference === undefined ? '' : 'entry: inference.py');
  const context = project({
    root: options.root,
    repository: 'registry.test/iris',
    server,
    resources: options.resources ?? '',
  });
  const type = serverOf(context.config);
  const validate = await validateStage.run(context);
  const plan = await type.imagePlan(context.config, validate, options.root);
  const files = plan.trees.flatMap((tree) => tree.files.map((file) => ({ ...file, path: join(tree.path, file.path) })));
  for (const file of files) {
    const path = join(home, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.content);
  }
  const port = await freePort();
  const child = spawn(options.python ?? (await serverPython()), ['-m', 'mldeploy_server'], {
    cwd: join(home, 'app'),
    env: {
      PATH: process.env['PATH'],
      PYTHONPATH: join(home, 'app'),
      PYTHONDONTWRITEBYTECODE: '1',
      ...type.environment(context.config),
      MLDEPLOY_APP_DIR: join(home, 'app'),
      MLDEPLOY_MODEL_DIR: join(options.root, 'model'),
      MLDEPLOY_MODEL_DIGEST: validate.model.digest,
      MLDEPLOY_REVISION: 'r7',
      MLDEPLOY_PORT: String(port),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  goesWithUs(child);
  return new RunningServer(port, child);
}
