import { setTimeout as delay } from 'node:timers/promises';
import { MlDeployError } from '../../../errors.ts';
import type { GpuWatch } from '../../../gpu/watch.ts';
import { type HttpClient, httpClient } from '../../../server/protocols/http.ts';
import type { Hardware, RunningServer, RuntimeFacts, ServerState, StartSpec, Stopped } from '../runtime.ts';
import { groupMemory, processMemory } from '../host-memory.ts';
import type { Engine } from './engine.ts';
import { digestsOf, inspect, type Inspected, isOver, peakMemory, pidsOf, stateOf } from './inspect.ts';
import type { Launch } from './launch.ts';

const removalMs = 30_000;
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
  /** Gives the devices back. */
  readonly release: () => Promise<void>;
}

/** The container of one smoke test. */
export class SmokeContainer implements RunningServer {
  readonly title: string;
  readonly gpu?: GpuWatch;
  readonly #options: SmokeContainerOptions;
  #client: HttpClient | null = null;
  #pid: number | null = null;

  constructor(options: SmokeContainerOptions) {
    this.#options = options;
    this.title = `${options.engine.name} container ${options.name}`;
    if (options.watch !== null) this.gpu = options.watch;
  }

  readonly send: RunningServer['send'] = (request) => {
    const client = this.#connect();
    if (client !== null) return client.send(request);
    return Promise.resolve({ kind: 'none', reason: 'refused', message: 'it has not started', ms: 0 });
  };

  hold(request: Parameters<RunningServer['hold']>[0]): ReturnType<RunningServer['hold']> {
    return this.#connect()?.hold(request) ?? Promise.resolve(null);
  }

  detour(): null {
    return null;
  }

  async state(): Promise<ServerState> {
    const { launch, spec } = this.#options;
    const doing = launch.progress();
    if (doing !== null) return { phase: 'starting', detail: doing };
    if (launch.refused !== null)
      return { phase: 'ended', exitCode: 127, reason: `it could not be started: ${launch.refused}` };
    return stateOf(await this.#inspect(), spec.config.resources.memory);
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
      imageDigest: digests.find((digest) => digest === wanted) ?? digests[0] ?? null,
      nonRoot: { proved: !/^(0|root)?(:|$)/.test(user), how: `The container runs as user ${user || 'root'}.` },
      details: [`${this.title}, ${launch.address ?? 'no address'}`, ...details],
      coldStart: { pullMs, createMs },
    };
  }

  async peakMemory(): Promise<number | null> {
    const { pid } = await this.#inspect();
    return pid === 0 ? null : peakMemory(pid);
  }

  async memory(): Promise<number | null> {
    const { engine, name } = this.#options;
    this.#pid ??= (await this.#inspect()).pid;
    const group = this.#pid === 0 ? null : await groupMemory(this.#pid);
    return group ?? processMemory((await pidsOf(engine, name)) ?? []);
  }

  async logs(): Promise<readonly string[]> {
    const { engine, name } = this.#options;
    const ended = await engine.ask(['logs', '--tail', String(lastLines), name]).catch(() => null);
    return `${ended?.stdout ?? ''}${ended?.stderr ?? ''}`
      .split('\n')
      .filter((line) => line !== '')
      .slice(-lastLines);
  }

  readonly stop = async (): Promise<Stopped> => {
    const { engine, name, spec } = this.#options;
    const limit = spec.config.smoke.stopTimeoutMs;
    const began = performance.now();
    await engine.ask(['kill', '--signal', 'TERM', name], { signal: spec.signal });
    for (;;) {
      const now = await this.#inspect();
      const ms = performance.now() - began;
      if (isOver(now.status)) return { exitCode: now.exitCode, ms, killed: false };
      if (ms > limit) break;
      await delay(50, undefined, { signal: spec.signal });
    }
    await engine.ask(['kill', name]);
    return { exitCode: 137, ms: performance.now() - began, killed: true };
  };

  async remove(): Promise<readonly string[]> {
    const { engine, name, launch, watch, release } = this.#options;
    this.#client?.close();
    try {
      await launch.cancel();
      // An interrupted creation may have been carried out all the same, and may still be under way in a daemon.
      const began = performance.now();
      for (;;) {
        await engine.ask(['rm', '--force', '--volumes', name], { timeoutMs: removalMs });
        if ((await inspect(engine, name)) === null) break;
        if (performance.now() - began > removalMs) return [this.title];
        await delay(200);
      }
      return (await watch?.leftovers()) ?? [];
    } finally {
      await release();
    }
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
