import { MlDeployError } from '../../../errors.ts';
import { startLimitMs } from '../runtime.ts';
import type { CreateCommand } from './create-arguments.ts';
import { type Engine, lastLine } from './engine.ts';
import { envFileText } from './env-file.ts';
import { isItsProgram, programOf } from './refusal.ts';

export interface LaunchOptions {
  readonly engine: Engine;
  /** `repository@sha256:...` */
  readonly image: string;
  readonly name: string;
  readonly command: CreateCommand;
  /** The registry speaks plain HTTP. */
  /** Whether the image's registry may be reached without TLS. */
  readonly plainHttp: boolean;
  /** Port of the server in the container. */
  readonly port: number;
}

/** Pulls, creates and starts a container in the background; what fails is told to whoever asks for its state. */
export class Launch {
  readonly #options: LaunchOptions;
  readonly #abort = new AbortController();
  readonly #work: Promise<void>;
  readonly #variables: string;
  #doing = 'looking for the image';
  #failure: { readonly error: unknown } | null = null;
  /** The program could not be started, by its own fault: what the engine said. */
  refused: string | null = null;
  /** The engine was asked to create it and has not answered: a daemon may still be at it. */
  unanswered = false;
  /** Address of the server on this machine; null until it has started. */
  address: string | null = null;
  pullMs = 0;
  createMs = 0;

  /** Throws `smoke/variable` before anything is pulled. */
  constructor(options: LaunchOptions) {
    this.#options = options;
    this.#variables = envFileText(options.command.environment);
    this.#work = this.#run().catch((error: unknown) => {
      this.#failure = { error };
    });
  }

  /** What it does now; null when it is done. Throws what went wrong. */
  progress(): string | null {
    if (this.#failure !== null) throw asError(this.#failure.error);
    return this.address === null && this.refused === null ? this.#doing : null;
  }

  /** Ends the launch, whatever it is at. */
  async cancel(): Promise<void> {
    this.#abort.abort();
    await this.#work;
  }

  async #run(): Promise<void> {
    const { engine, image, name, command, port } = this.#options;
    const { signal } = this.#abort;
    const began = performance.now();
    const there = await engine.ask(['image', 'inspect', '--format', '{{.Id}}', image], { signal });
    if (there.exitCode !== 0) await this.#pull(image);
    this.pullMs = Math.round(performance.now() - began);
    this.#doing = 'creating the container';
    const pulled = performance.now();
    const [create = '', ...options] = command.args;
    // No file with secrets is ever on a disk, where a killed process would leave it.
    this.unanswered = true;
    const made = await engine.ask([create, '--env-file=/dev/stdin', ...options], {
      signal,
      timeoutMs: 120_000,
      input: this.#variables,
    });
    this.unanswered = false;
    if (made.exitCode !== 0) throw notCreated(engine.name, lastLine(made));
    this.#doing = 'starting the container';
    const started = await engine.ask(['start', name], { signal, timeoutMs: 120_000 });
    this.createMs = Math.round(performance.now() - pulled);
    if (started.exitCode !== 0) {
      const said = lastLine(started);
      if (!isItsProgram(said, await programOf(engine, image))) throw notCreated(engine.name, said);
      this.refused = said;
      return;
    }
    // A program that has ended at once has no port any more; its state tells why.
    const published = await engine.ask(['port', name, `${port}/tcp`], { signal });
    const host = /127\.0\.0\.1:\d+/.exec(published.stdout)?.[0] ?? '127.0.0.1:9';
    this.address = `http://${host}`;
  }

  async #pull(image: string): Promise<void> {
    const { engine, plainHttp } = this.#options;
    this.#doing = 'pulling the image';
    const plain = engine.name === 'podman' && plainHttp ? ['--tls-verify=false'] : [];
    const pulled = await engine.ask(['pull', '--quiet', ...plain, image], {
      signal: this.#abort.signal,
      // Whoever waits for the start gives up at the same time.
      timeoutMs: startLimitMs,
    });
    if (pulled.exitCode === 0) return;
    throw new MlDeployError({
      code: 'smoke/image-pull',
      kind: 'infrastructure',
      message: `${engine.name} cannot get the image ${image}: ${lastLine(pulled)}`,
      hint: pullHint(engine.name, lastLine(pulled)),
    });
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function pullHint(engine: string, said: string): string {
  if (/no such host|server misbehaving|name resolution/i.test(said)) {
    return 'This machine finds no address for the name of the registry: check image.repository, the DNS of this machine, and whether a VPN has to be on.';
  }
  if (/gave HTTP response to HTTPS/i.test(said)) {
    return engine === 'docker'
      ? 'The registry has no TLS: name it under insecure-registries in /etc/docker/daemon.json, and set image.insecure: true.'
      : 'The registry has no TLS: set image.insecure: true when plain HTTP is meant.';
  }
  if (/refused|i\/o timeout|deadline exceeded|no route to host|unreachable/i.test(said)) {
    return 'The registry does not answer from this machine: check that it runs, its port, firewalls and the proxy of the engine.';
  }
  return `Check that the digest exists in the repository and that ${engine} login was done.`;
}

function notCreated(engine: string, said: string): MlDeployError {
  return new MlDeployError({
    code: 'smoke/container-config',
    kind: 'infrastructure',
    message: `${engine} cannot create the container: ${said}`,
    hint: /nvidia|cdi|gpu|could not select device driver/i.test(said)
      ? 'Look with `ml-deploy doctor` what this machine lacks for containers with GPUs.'
      : 'Run the command by hand to see more; `ml-deploy doctor` looks at the engine.',
  });
}
