import { MlDeployError } from '../../../errors.ts';
import { authFileVariable } from '../../../oci/credentials.ts';
import type { Access } from '../../../pipeline/stage.ts';
import { type Ended, run } from '../../../process/run.ts';

export type EngineName = 'docker' | 'podman';

/** Short questions; what takes longer has limits of its own. */
const questionMs = 20_000;

/** The command line of a container engine. */
export interface Engine {
  readonly name: EngineName;
  /** Runs one command; an exit code other than 0 is the caller's to judge. Throws what `process/run.ts` throws. */
  ask(args: readonly string[], options?: AskOptions): Promise<Ended>;
  /** As `ask`, but an exit code other than 0 is `smoke/container-engine`. */
  must(args: readonly string[], options?: AskOptions): Promise<string>;
}

export interface AskOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds; 20 000 unless said. */
  readonly timeoutMs?: number;
  readonly onLine?: (line: string) => void;
}

/** The engine as this run reaches it: programs of PATH, credentials of the Docker configuration. */
export function engineOf(name: EngineName, { environment, dockerConfig }: Access): Engine {
  const docker = dockerConfig === null ? {} : { DOCKER_CONFIG: dockerConfig };
  const credentials: Record<string, string> = name === 'docker' ? docker : authFileVariable(dockerConfig);
  const ask: Engine['ask'] = (args, { signal, timeoutMs = questionMs, onLine } = {}) =>
    run({
      command: name,
      args,
      environment: { ...environment, ...credentials },
      timeoutMs,
      graceMs: 1_000,
      ...(signal === undefined ? {} : { signal }),
      ...(onLine === undefined ? {} : { onLine }),
    });
  return {
    name,
    ask,
    must: async (args, options) => {
      const ended = await ask(args, options);
      if (ended.exitCode === 0) return ended.stdout.trim();
      throw new MlDeployError({
        code: 'smoke/container-engine',
        kind: 'infrastructure',
        message: `${name} ${args[0] ?? ''} failed: ${lastLine(ended)}`,
        hint: `Run it by hand to see more: ${name} ${args.join(' ')}`,
      });
    },
  };
}

/** The last line that a command printed, where engines say what went wrong. */
export function lastLine({ stderr, stdout }: Ended): string {
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  return (lines.at(-1) ?? 'without a word').trim().slice(0, 400);
}

/**
 * Finds out within seconds whether the engine answers. Returns its version; throws `smoke/no-engine` with what to do.
 */
export async function engineVersion(engine: Engine, signal: AbortSignal): Promise<string> {
  const { name } = engine;
  try {
    // Podman has no daemon: its storage and user namespaces are what can fail, and `info` looks at them.
    const format = name === 'docker' ? '{{.ServerVersion}}' : '{{.Version.Version}}';
    const ended = await engine.ask(['info', '--format', format], { signal });
    const version = ended.stdout.trim();
    if (ended.exitCode === 0 && version !== '') return version;
    throw noEngine(name, `${name} does not answer: ${lastLine(ended)}`, cures(name, `${ended.stdout}${ended.stderr}`));
  } catch (error) {
    if (!(error instanceof MlDeployError) || error.kind === 'interrupted' || error.code === 'smoke/no-engine')
      throw error;
    if (error.code === 'process/not-found') {
      throw noEngine(name, `${name} is not installed`, `Install it: sudo apt-get install ${packageOf(name)}`);
    }
    throw noEngine(name, `${name} does not answer: ${error.message}`, cures(name, ''));
  }
}

function packageOf(name: EngineName): string {
  return name === 'docker' ? 'docker.io' : 'podman';
}

function cures(name: EngineName, output: string): string {
  if (name === 'podman')
    return 'Run podman info by hand: it says what is missing (subordinate user ids, a writable home)';
  if (/permission denied/i.test(output)) {
    return 'This user may not use the daemon: sudo usermod -aG docker $USER, then log in again (members of the group are as good as root)';
  }
  if (/apparently not|podman/i.test(output)) return 'The program docker is podman here: set smoke.runtime to podman';
  return 'Start the daemon: sudo systemctl start docker';
}

function noEngine(name: EngineName, message: string, hint: string): MlDeployError {
  return new MlDeployError({
    code: 'smoke/no-engine',
    kind: 'infrastructure',
    message: `The smoke runtime "${name}" cannot be used: ${message}.`,
    hint,
  });
}
