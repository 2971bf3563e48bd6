import { setTimeout as delay } from 'node:timers/promises';
import { MlDeployError } from '../../../errors.ts';
import type { GpuWatch } from '../../../gpu/watch.ts';
import { type HttpClient, httpClient } from '../../../server/protocols/http.ts';
import type { Hardware, RunningServer, RuntimeFacts, ServerState, StartSpec, Stopped } from '../runtime.ts';
import { processMemory } from '../host-memory.ts';
import { explainEnd } from './end.ts';
import { type Engine, engineFailed, lastLine } from './engine.ts';
import { digestsOf, inspect, type Inspected, isOver } from './inspect.ts';
import type { Launch } from './launch.ts';
import { removeContainer } from './remove-container.ts';
import { Sightings } from './sightings.ts';

/** How long an engine may take, milliseconds. */
export interface Patience {
  /** Between the end of a program and the engine's knowledge of it. */
  readonly newsMs: number;
  /** For a removal, as long as nobody else can have the device. */
  readonly quickRemovalMs: number;
  /** For a removal afterwards. */
  readonly removalMs: number;
  /** Between two looks at its GPUs. */
  readonly gpuLookMs: number;
  /** For a driver to take back the memory of a program that has ended. */
  readonly gpuSettleMs: number;
  /** For a creation that was broken off before it answered, until it counts as given up. */
  readonly lateMs: number;
}
export const usualPatience: Patience = {
  newsMs: 5_000,
  quickRemovalMs: 10_000,
  removalMs: 30_000,
  gpuLookMs: 1_000,
  gpuSettleMs: 5_000,
  lateMs: 1_000,
};
const lastLines = 20;

export interface SmokeContainerOptions {
  readonly engine: Engine;
  readonly spec: StartSpec;
  readonly name: string;
  readonly launch: Launch;
  readonly hardware: Hardware;
  readonly deviceNote: string;
  readonly details: readonly string[];
  readonly watch: GpuWatch | null;
  /** After this time others may take it for left over (leftovers.ts), milliseconds. */
  readonly lifeMs: number;
  readonly patience: Patience;
  /** Its processes (own-pids.ts). */
  readonly pids: () => Promise<readonly number[] | null>;
  /** Gives the devices back. */
  readonly release: () => Promise<void>;
}

/** The container of one smoke test. */
export class SmokeContainer implements RunningServer {
  readonly title: string;
  readonly hardware: Hardware;
  readonly gpu?: GpuWatch;
  readonly #options: SmokeContainerOptions;
  #client: HttpClient | null = null;
  #end: ServerState | null = null;
  readonly #sightings = new Sightings();
  /** Wall clock, which others compare as well. */
  readonly #began = Date.now();

  constructor(options: SmokeContainerOptions) {
    this.#options = options;
    this.title = `${options.engine.name} container ${options.name}`;
    this.hardware = options.hardware;
    if (options.watch !== null) this.gpu = options.watch;
  }

  readonly send: RunningServer['send'] = (request) => {
    const client = this.#connect();
    if (Date.now() - this.#began > this.#options.lifeMs) return Promise.reject(this.#overdue());
    if (client !== null) return client.send(request);
    return Promise.resolve({ kind: 'none', reason: 'refused', message: 'it has not started', ms: 0 });
  };

  hold(request: Parameters<RunningServer['hold']>[0]): ReturnType<RunningServer['hold']> {
    return this.#connect()?.hold(request) ?? Promise.resolve(null);
  }

  detour(): null {
    return null;
  }

  resent(): readonly string[] {
    return this.#client?.resent() ?? [];
  }

  async state(): Promise<ServerState> {
    const { launch } = this.#options;
    const doing = launch.progress();
    if (doing !== null) return { phase: 'starting', detail: doing };
    if (launch.refused !== null)
      return { phase: 'ended', exitCode: 127, reason: `it could not be started: ${launch.refused}` };
    const found = await this.#inspect();
    if (isOver(found.status)) return (this.#end ??= await this.#explain(found));
    if (found.status !== 'running' && found.status !== 'stopping')
      return { phase: 'starting', detail: `the container is ${found.status}` };
    await this.#sightings.look(found.pid, found.id);
    return { phase: 'running' };
  }

  #explain(found: Inspected): Promise<ServerState> {
    const { engine, name, spec } = this.#options;
    const [{ memory }, { environment }] = [spec.config.resources, spec.access];
    const { title } = this;
    return explainEnd({ engine, title, name, memory, sightings: this.#sightings, environment }, found);
  }

  async facts(): Promise<RuntimeFacts> {
    const { engine, spec, hardware, deviceNote, details, launch } = this.#options;
    const { image, user } = await this.#inspect();
    const digests = await digestsOf(engine, image);
    const wanted = spec.image?.split('@')[1];
    const { pullMs, createMs } = launch;
    return {
      hardware,
      deviceNote,
      // An image that was made here has no digest, only an id: it is not the one that was built either.
      imageDigest: digests.find((digest) => digest === wanted) ?? digests[0] ?? idOf(image),
      nonRoot: { proved: !/^(0|root)?(:|$)/.test(user), how: `The container runs as user ${user || 'root'}.` },
      details: [`${this.title}, ${launch.address ?? 'no address'}`, ...details],
      coldStart: { pullMs, createMs },
    };
  }

  async peakMemory(): Promise<number | null> {
    const { pid, id } = await this.#inspect();
    await this.#sightings.look(pid, id);
    return this.#sightings.peakBytes;
  }

  async memory(): Promise<number | null> {
    const group = await this.#sightings.memory();
    return group ?? processMemory((await this.#options.pids()) ?? []);
  }

  async logs(lines = lastLines): Promise<readonly string[]> {
    const { engine, name } = this.#options;
    const said: string[] = [];
    // Both streams as they come: one after the other would tear apart what belongs together.
    const onLine = (line: string): void => {
      if (line !== '') said.push(line);
    };
    await engine.ask(['logs', '--tail', String(lines), name], { onLine }).catch(() => null);
    return said.slice(-lines);
  }

  readonly stop = async (): Promise<Stopped> => {
    const { spec, patience } = this.#options;
    const limit = spec.config.smoke.stopTimeoutMs;
    const began = performance.now();
    await this.#signal('TERM');
    const over = await this.#over(limit - (performance.now() - began));
    const ms = performance.now() - began;
    if (over !== null) return { exitCode: over.exitCode, ms, killed: false };
    await this.#signal('KILL');
    if ((await this.#over(patience.removalMs)) === null) {
      throw this.#failed(
        'kill',
        `it still runs ${patience.removalMs / 1000} s after SIGKILL, which no program survives`,
      );
    }
    return { exitCode: 137, ms: performance.now() - began, killed: true };
  };

  /** Sends a signal. An engine that does not deliver it says nothing against the program, unless that has ended by itself. */
  async #signal(signal: 'TERM' | 'KILL'): Promise<void> {
    const { engine, name, spec, patience } = this.#options;
    const ended = await engine.ask(['kill', '--signal', signal, name], { signal: spec.signal });
    if (ended.exitCode !== 0 && (await this.#over(patience.newsMs)) === null)
      throw this.#failed('kill', lastLine(ended));
  }

  /** Waits for the end of the program; null: it still runs. */
  async #over(limitMs: number): Promise<Inspected | null> {
    const began = performance.now();
    for (;;) {
      const now = await this.#inspect();
      if (isOver(now.status)) return now;
      if (performance.now() - began > limitMs) return null;
      await delay(50, undefined, { signal: this.#options.spec.signal });
    }
  }

  async remove(): Promise<readonly string[]> {
    const { launch, watch, release, patience } = this.#options;
    this.#client?.close();
    let said: string | null;
    let left: readonly string[] = [];
    try {
      await launch.cancel();
      said = await this.#erase(patience.quickRemovalMs);
      if (said === null) left = (await watch?.leftovers()) ?? [];
      else await watch?.end();
    } finally {
      // Nobody waits for a device because an engine is stuck: whether somebody is still on it, the next one looks itself.
      await release();
    }
    said = said === null ? null : await this.#erase(patience.removalMs);
    if (said !== null) throw this.#failed('rm', said);
    return left;
  }

  /** Removes the container, repeatedly: a creation that was broken off may still be under way in a daemon. Null, or the engine's words. */
  async #erase(limitMs: number): Promise<string | null> {
    const { engine, name, launch, patience } = this.#options;
    const settledMs = launch.unanswered ? patience.lateMs : 0;
    const began = performance.now();
    let words: string | null = null;
    for (;;) {
      const sinceMs = performance.now() - began;
      const left = limitMs - sinceMs;
      let said: string;
      try {
        const ended = await removeContainer(engine, name, { timeoutMs: Math.max(500, left) });
        if ((await inspect(engine, name)) !== null) said = words = lastLine(ended);
        // A look that began before tells nothing of later, however long an engine took for it.
        else if (sinceMs >= settledMs) return null;
        else said = 'its creation is still under way';
      } catch (error) {
        // The last try has little time: what the engine said to an earlier one tells more.
        said = words ?? (error instanceof Error ? error.message : String(error));
      }
      if (performance.now() - began > limitMs) return said;
      await delay(200);
    }
  }

  #failed(command: string, said: string): MlDeployError {
    const { engine, name } = this.#options;
    return engineFailed(engine.name, [command, name], said);
  }

  #overdue(): MlDeployError {
    const minutes = Math.round(this.#options.lifeMs / 60_000);
    return new MlDeployError({
      code: 'smoke/overdue',
      kind: 'infrastructure',
      message: `The smoke test has taken ${minutes} min, after which other tests may remove the ${this.title}.`,
      hint: 'Nothing is known against the model. Ask fewer requests (smoke.requests), or more at a time (smoke.concurrency).',
    });
  }

  #connect(): HttpClient | null {
    const { address } = this.#options.launch;
    if (address !== null) this.#client ??= httpClient(address);
    return this.#client;
  }

  async #inspect(): Promise<Inspected> {
    const { engine, name } = this.#options;
    const found = await inspect(engine, name);
    if (found !== null) return found;
    throw new MlDeployError({
      code: 'smoke/pod-lost',
      kind: 'infrastructure',
      message: `Somebody else removed the ${this.title} during the test.`,
      hint: 'Nothing is known against the model: run the smoke test again.',
    });
  }
}

/** As a digest; engines write it with or without the name of its hash. Null: it has none. */
function idOf(image: string): string | null {
  const hex = /^(?:sha256:)?([0-9a-f]{64})$/.exec(image)?.[1];
  return hex === undefined ? null : `sha256:${hex}`;
}
