import { MlDeployError } from '../../../errors.ts';
import { authFileVariable } from '../../../oci/credentials.ts';
import type { Access } from '../../../pipeline/stage.ts';
import { type Distribution, distributionOf } from '../../../process/distribution.ts';
import { type Ended, run } from '../../../process/run.ts';
import { parseJson } from '../../../server/protocols/json.ts';
import { cut } from '../../../cut.ts';
import { sentence } from '../../../sentence.ts';

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
  /** What the command reads when it is given the name of a file, `/dev/stdin`. */
  readonly input?: string;
}

/** The engine as this run reaches it: programs of PATH, credentials of the Docker configuration. */
export function engineOf(name: EngineName, { environment, dockerConfig }: Access): Engine {
  const docker = dockerConfig === null ? {} : { DOCKER_CONFIG: dockerConfig };
  const credentials: Record<string, string> = name === 'docker' ? docker : authFileVariable(dockerConfig);
  const ask: Engine['ask'] = (args, { signal, timeoutMs = questionMs, onLine, input } = {}) =>
    run({
      command: name,
      args,
      environment: { ...environment, ...credentials },
      timeoutMs,
      graceMs: 1_000,
      ...(signal === undefined ? {} : { signal }),
      ...(onLine === undefined ? {} : { onLine }),
      ...(input === undefined ? {} : { input, opensInput: true }),
    });
  return {
    name,
    ask,
    must: async (args, options) => {
      const ended = await ask(args, options);
      if (ended.exitCode === 0) return ended.stdout.trim();
      throw engineFailed(name, args, lastLine(ended));
    },
  };
}

/** An engine that does not do what it is asked says nothing against the model: `smoke/container-engine`, with its own words. */
export function engineFailed(name: EngineName, args: readonly string[], said: string): MlDeployError {
  return new MlDeployError({
    code: 'smoke/container-engine',
    kind: 'infrastructure',
    message: `${name} ${args[0] ?? ''} failed: ${said}`,
    hint: `Nothing is known against the model. Run it by hand to see more: ${name} ${args.join(' ')}`,
  });
}

/** What a command printed as JSON; null when it is none. */
export function jsonIn(text: string): unknown {
  const read = parseJson(text);
  return 'value' in read ? read.value : null;
}

/** The last line that a command printed, where engines say what went wrong. */
export function lastLine({ stderr, stdout }: Ended): string {
  // Older versions of Docker fill in their template also when there is nobody to ask.
  if (/^template: .*nil pointer/m.test(stderr)) return 'its daemon is not there';
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  return cut((lines.at(-1) ?? 'without a word').trim(), 400);
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
      throw noEngine(name, `${name} is not installed`, `Install it: ${engineInstall(name, await distributionOf())}`);
    }
    throw noEngine(name, `${name} does not answer: ${error.message}`, cures(name, ''));
  }
}

/** The command that installs an engine. Source: the packages of the distributions; Docker's own where they have none. */
function engineInstall(name: EngineName, distribution: Distribution): string {
  const commands: Readonly<Record<EngineName, Partial<Record<Distribution, string>>>> = {
    docker: {
      ubuntu: 'sudo apt-get install docker.io',
      debian: 'sudo apt-get install docker.io',
      fedora: 'sudo dnf install moby-engine && sudo systemctl enable --now docker',
      suse: 'sudo zypper install docker && sudo systemctl enable --now docker',
      arch: 'sudo pacman -S docker && sudo systemctl enable --now docker',
      alpine: 'sudo apk add docker && sudo rc-update add docker && sudo service docker start',
    },
    podman: {
      ubuntu: 'sudo apt-get install podman',
      debian: 'sudo apt-get install podman',
      fedora: 'sudo dnf install podman',
      rhel: 'sudo dnf install podman',
      suse: 'sudo zypper install podman',
      arch: 'sudo pacman -S podman',
      alpine: 'sudo apk add podman',
      macos: 'brew install podman && podman machine init && podman machine start',
    },
  };
  const guides = { docker: 'https://docs.docker.com/engine/install/', podman: 'https://podman.io/docs/installation' };
  return commands[name][distribution] ?? guides[name];
}

/** What changes how a container is made. */
export interface EngineTraits {
  /** Empty for Docker. */
  readonly version: string;
  /** It can weigh CPU time. */
  readonly weighsCpu: boolean;
}

/** Asks Podman for what Docker does not have to be asked. Throws `smoke/container-engine`. */
export async function traitsOf(engine: Engine, signal: AbortSignal): Promise<EngineTraits> {
  // Docker's daemon leaves out what it cannot do, with a warning.
  if (engine.name === 'docker') return { version: '', weighsCpu: true };
  const said = await engine.must(['info', '--format', '{{.Version.Version}} {{.Host.CgroupControllers}}'], { signal });
  const [version = '', ...controllers] = said.split(/[\s[\]]+/);
  return { version, weighsCpu: controllers.includes('cpu') };
}

function cures(name: EngineName, output: string): string {
  if (name === 'podman')
    return 'Run podman info by hand: it says what is missing (subordinate user ids, a writable home)';
  if (/permission denied/i.test(output)) {
    return 'This user may not use the daemon: sudo usermod -aG docker $USER, then log in again, and start the service of a runner again, which has its groups from before (members of the group are as good as root)';
  }
  if (/apparently not|podman/i.test(output)) return 'The program docker is podman here: set smoke.runtime to podman';
  return 'Start the daemon: sudo systemctl enable --now docker (rootless: systemctl --user start docker; Docker Desktop: open it)';
}

/** Why an engine cannot be used, with what to do: `smoke/no-engine`. */
export function noEngine(name: EngineName, message: string, hint: string): MlDeployError {
  return new MlDeployError({
    code: 'smoke/no-engine',
    kind: 'infrastructure',
    message: `The smoke runtime "${name}" cannot be used: ${sentence(message)}`,
    hint,
  });
}
