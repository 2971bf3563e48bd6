import { join } from 'node:path';
import { expect } from 'vitest';
import type { Traffic } from '../../cluster/traffic.ts';
import type { ProjectOptions } from '../project.ts';
import { Scenario } from '../scenario.ts';
import type { Engine, Finished } from '../scenario.ts';
import { ApiProxy } from './api-proxy.ts';
import type { Deed, Passing } from './api-proxy.ts';
import { lost, nothingLeft, onlyStableAnswers } from './aftermath.ts';
import { quick } from './quick.ts';

/** Requests per second on the stable revision. */
const rate = 25;

/** Kept-alive connections that may rest: each is used again within half a second, well within the drain. */
const idle = 6;

/** The small project, and what a rollout of it is told on the command line. */
export type StageOptions = Omit<ProjectOptions, 'namespace'> & { readonly args?: readonly string[] };

/** One namespace with a stable revision and traffic on it from then on, in which things go wrong one after the other. */
export class Stage implements AsyncDisposable {
  readonly scenario: Scenario;
  readonly traffic: Traffic;
  /** The project as it is deployed when nothing goes wrong. */
  readonly options: StageOptions;
  readonly #proxies: ApiProxy[] = [];
  #versions = 1;

  private constructor(scenario: Scenario, traffic: Traffic, options: StageOptions) {
    this.scenario = scenario;
    this.traffic = traffic;
    this.options = options;
  }

  static async start(prefix = 'kill', options: StageOptions = quick): Promise<Stage> {
    const scenario = await Scenario.start(prefix);
    // What rollouts are told about the stable revision means nothing to the first deploy.
    const { code, output } = await scenario.run('rollout', { ...options, args: [] });
    if (code !== 0) throw new Error(`the first deploy failed: ${output}`);
    return new Stage(scenario, await scenario.traffic(rate, 0.5, idle), options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.traffic.stop();
    for (const proxy of this.#proxies) await proxy[Symbol.asyncDispose]();
    await this.scenario[Symbol.asyncDispose]();
  }

  /** Environment that makes the next release another one. */
  next(): Readonly<Record<string, string>> {
    return { VERSION: String(++this.#versions) };
  }

  /** A proxy for one engine. */
  async proxy(decide: (request: Passing) => Deed = () => ({ do: 'pass' })): Promise<ApiProxy> {
    const file = join(this.scenario.folder, `proxied-${this.#proxies.length}`);
    const proxy = await ApiProxy.start(this.scenario.cluster.kubeconfigPath, file);
    proxy.decide = decide;
    this.#proxies.push(proxy);
    return proxy;
  }

  /** A whole rollout of another release through this proxy. */
  rollout(proxy: ApiProxy, options: StageOptions = {}): Promise<Finished> {
    return this.scenario.run('rollout', {
      ...this.options,
      env: this.next(),
      ...options,
      kubeconfig: proxy.kubeconfig,
    });
  }

  /** Begins one and comes back when the candidate has traffic. */
  canary(proxy: ApiProxy, options: StageOptions = {}): Promise<Engine> {
    return this.scenario.canary({ ...this.options, env: this.next(), ...options, kubeconfig: proxy.kubeconfig });
  }

  /** The revision that is stable now. */
  async stable(): Promise<string> {
    const { revisions } = await this.scenario.status();
    return revisions.find((each) => each.role === 'stable')?.name ?? '';
  }

  /** The rollout is over, this revision serves all, no request since `begun` was lost and nothing is left behind. */
  async endsWith(revision: string, begun: number): Promise<void> {
    const { scenario, traffic } = this;
    expect(await this.stable()).toBe(revision);
    await onlyStableAnswers(scenario, traffic);
    expect(await scenario.status()).toMatchObject({ phase: 'done', weight: 0, engine: null, oddities: [] });
    expect(lost(traffic, begun)).toEqual([]);
    await nothingLeft(scenario);
  }
}
