import { parseBytes } from '../../../config/units.ts';
import { MlDeployError } from '../../../errors.ts';
import { kernelLog } from '../../../gpu/xid.ts';
import { asObject } from '../../../server/protocols/json.ts';
import type { ServerState } from '../runtime.ts';
import { type Engine, jsonIn } from './engine.ts';
import type { Inspected } from './inspect.ts';
import { killedIn, type OutOfMemory, type Sightings } from './sightings.ts';
import { cut } from '../../../cut.ts';

/** What is known of the end of a container beside what the engine tells of its state. */
export interface EndFacts {
  /** `resources.memory` */
  readonly memory: string | number;
  /** The most memory that was seen, bytes; null: none was. */
  readonly peakBytes: number | null;
  /** What the kernel's log tells of this very container; null: nothing. */
  readonly logged: OutOfMemory | null;
  /** What was counted in the group around it, also of its neighbours; null: nothing, or it cannot be read. */
  readonly counted: OutOfMemory | null;
  /** Who ended it by the engine's own record; null: nobody, or it keeps none. */
  readonly endedBy: string | null;
}

/** From this share of its limit on, a limit that was reached in the group around a container was its own. */
const nearLimit = 0.9;

/**
 * Why a container is over, which nobody of us ended. Only its own end says something against the image: throws `smoke/pod-lost` when it was ended from
 * outside, or when nobody can tell.
 * @param title of the container
 */
export function endOf(title: string, found: Inspected, facts: EndFacts): ServerState {
  const { exitCode, outOfMemory, error } = found;
  const { memory, peakBytes, endedBy, logged, counted } = facts;
  const ended = (reason: string): ServerState => ({ phase: 'ended', exitCode, reason });
  const killed = exitCode === 137;
  const outOfOwn = `it was killed because it used more memory than resources.memory (${memory})`;
  if ((killed || outOfMemory) && (logged ?? counted) === 'machine')
    throw lost(title, 'the machine, or the group around it, ran out of memory, while its own limit was not reached');
  if (outOfMemory || (killed && logged === 'limit')) return ended(outOfOwn);
  if (endedBy !== null) throw lost(title, endedBy);
  const wasNear = peakBytes !== null && peakBytes >= nearLimit * parseBytes(memory);
  if (killed && counted === 'limit' && wasNear) return ended(outOfOwn);
  if (killed) throw lost(title, `it was killed (SIGKILL), and nothing tells that it was for ${seen(facts)}`);
  if (exitCode === 143) throw lost(title, 'somebody sent it SIGTERM');
  return ended(
    error === '' ? `it ended by itself with exit code ${exitCode}` : `it could not be started: ${cut(error, 400)}`,
  );
}

function seen({ memory, peakBytes }: EndFacts): string {
  const most =
    peakBytes === null
      ? ''
      : `, of which it had ${Math.round(peakBytes / 2 ** 20)} MiB at most, with the cache of files`;
  return `its own memory (resources.memory: ${memory}${most})`;
}

/** As endOf, with what can be found out now. */
export async function explainEnd(
  { engine, title, name, memory, sightings, environment }: EndOptions,
  found: Inspected,
): Promise<ServerState> {
  const unexplained = found.exitCode === 137 || found.outOfMemory;
  const log = unexplained ? await kernelLog(environment) : null;
  const logged = log === null ? null : killedIn(log, found.id);
  const counted = await sightings.outOfMemory();
  const endedBy = await enderOf(engine, name, found);
  return endOf(title, found, { memory, peakBytes: sightings.peakBytes, logged, counted, endedBy });
}

export interface EndOptions {
  readonly engine: Engine;
  readonly title: string;
  readonly name: string;
  readonly memory: string | number;
  readonly sightings: Sightings;
  /** Of programs that are asked. */
  readonly environment: Readonly<Record<string, string>>;
}

/** From the end of a program until the engine has noted it, milliseconds. */
const noteMs = 1_000;

/** Asks the engine for its record of who ended a container; Podman notes `podman kill` only. Null: nobody, or it does not tell. */
async function enderOf(engine: Engine, name: string, { created, finished }: Inspected): Promise<string | null> {
  const docker = engine.name === 'docker';
  // By the clock of the engine, which may be that of a virtual machine.
  const [began, over] = [Date.parse(created), Date.parse(finished)];
  const seconds = (ms: number) => (ms / 1000).toFixed(3);
  const until = docker ? [`--until=${seconds(over > began ? over + noteMs : Date.now())}`] : ['--stream=false'];
  const args = ['events', `--since=${seconds(began)}`, ...until, `--filter=container=${name}`, '--format={{json .}}'];
  const ended = await engine.ask(args, { timeoutMs: 5_000 }).catch(() => null);
  if (ended?.exitCode !== 0) return null;
  const events = ended.stdout.split('\n').map((line) => asObject(jsonIn(line)));
  const of = (wanted: string) => events.find((event) => (event?.['Action'] ?? event?.['Status']) === wanted);
  const kill = of('kill');
  if (kill !== undefined) {
    const signal = asObject(asObject(kill?.['Actor'])?.['Attributes'])?.['signal'];
    return `somebody ended it through ${engine.name}${typeof signal === 'string' ? ` (signal ${signal})` : ''}`;
  }
  // A daemon keeps its record in memory: one that has not seen the end has started since.
  return docker && of('die') === undefined ? 'the daemon of docker was started again' : null;
}

function lost(title: string, why: string): MlDeployError {
  return new MlDeployError({
    code: 'smoke/pod-lost',
    kind: 'infrastructure',
    message: `The ${title} was ended from outside during the test: ${why}.`,
    hint: 'Nothing is known against the model: run the smoke test again. If it happens again, look at the memory of the machine (sudo dmesg | grep -i oom) and at what else runs there; a program that needs more than its limit needs a larger resources.memory.',
  });
}
