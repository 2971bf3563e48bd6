import { asArray, asObject } from '../../../server/protocols/json.ts';
import { type Engine, engineFailed, jsonIn, lastLine } from './engine.ts';

/** What an engine says about one container. */
export interface Inspected {
  /** Whole. */
  readonly id: string;
  readonly status: string;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  readonly error: string;
  /** As the engine counts, which may be in another process namespace (sightings.ts); 0: none. */
  readonly pid: number;
  /** Id of its image. */
  readonly image: string;
  /** As the container was made: `10001:10001`. */
  readonly user: string;
  readonly name: string;
  /** RFC 3339, by the engine's clock. */
  readonly created: string;
  /** The same; the year 1 or nothing while it runs. */
  readonly finished: string;
  readonly labels: Readonly<Record<string, unknown>>;
}

/** Asks for a container; null when there is none of that name. Throws `smoke/container-engine`. */
export async function inspect(engine: Engine, name: string): Promise<Inspected | null> {
  const args = ['container', 'inspect', name];
  const ended = await engine.ask(args);
  if (ended.exitCode !== 0) {
    if (/no such|not found|no container/i.test(ended.stderr)) return null;
    throw engineFailed(engine.name, args, lastLine(ended));
  }
  // Templates differ between engines; without one both print a list.
  const all = asObject(asArray(jsonIn(ended.stdout))?.[0]) ?? {};
  const [state, config] = [asObject(all['State']) ?? {}, asObject(all['Config']) ?? {}];
  if (textOf(state['Status']) === '')
    throw engineFailed(engine.name, args, `it does not tell the state of the container: ${lastLine(ended)}`);
  return {
    id: textOf(all['Id']),
    status: textOf(state['Status']),
    exitCode: Number(state['ExitCode'] ?? 0),
    outOfMemory: state['OOMKilled'] === true,
    error: textOf(state['Error']),
    pid: Number(state['Pid'] ?? 0),
    image: textOf(all['Image']),
    user: textOf(config['User']),
    name: textOf(all['Name']).replace(/^\//, ''),
    created: textOf(all['Created']),
    finished: textOf(state['FinishedAt']),
    labels: asObject(config['Labels']) ?? {},
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Digests under which the engine knows an image: `sha256:...`. */
export async function digestsOf(engine: Engine, image: string): Promise<readonly string[]> {
  const ended = await engine.ask(['image', 'inspect', '--format', '{{json .RepoDigests}}', image]);
  const names: unknown = ended.exitCode === 0 ? jsonIn(ended.stdout) : [];
  if (!Array.isArray(names)) return [];
  return names.flatMap((name) => /@(sha256:[0-9a-f]{64})$/.exec(String(name))?.[1] ?? []);
}

/** Whether a container in this state has ended. */
export function isOver(status: string): boolean {
  return ['exited', 'stopped', 'dead', 'removing'].includes(status);
}

/** Process ids of a container as the engine counts; null when it does not tell. */
export async function pidsOf(engine: Engine, name: string): Promise<readonly number[] | null> {
  const args = engine.name === 'docker' ? ['top', name, '-eo', 'pid'] : ['top', name, 'hpid'];
  const ended = await engine.ask(args);
  if (ended.exitCode !== 0) return null;
  const pids = ended.stdout.split('\n').flatMap((line) => (/^\s*\d+\s*$/.test(line) ? [Number(line)] : []));
  return pids;
}
