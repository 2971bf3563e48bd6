import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ensureCluster, removeClusterIn } from '../cluster/cluster.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { runInside } from '../cluster/namespaces.ts';
import { until } from '../cluster/poll.ts';
import type { Traffic } from '../cluster/traffic.ts';
import type { ProjectOptions } from './project.ts';
import { Scenario, onlyAnsweredBy } from './scenario.ts';
import type { Engine } from './scenario.ts';

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly phase: string };
}

interface Slice {
  readonly endpoints?: readonly { readonly nodeName?: string; readonly conditions: { readonly ready?: boolean } }[];
}

/** How long a client waits for a pod that is lost, in milliseconds. */
const lostTimeout = 3_000;

/** A rollout in a cluster of its own with two real nodes. The stable revision has two pods on the first node; clients call it all the time. */
export class TwoNodes implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly scenario: Scenario;
  readonly traffic: Traffic;
  readonly #parent: string;

  private constructor(parent: string, scenario: Scenario, traffic: Traffic) {
    this.#parent = parent;
    this.cluster = scenario.cluster;
    this.scenario = scenario;
    this.traffic = traffic;
  }

  /** @param timeout of the clients' requests, in milliseconds */
  static async start(prefix: string, timeout?: number): Promise<TwoNodes> {
    const parent = await mkdtemp(join(tmpdir(), 'ml-deploy-nodes-'));
    const folder = join(parent, 'state');
    try {
      const cluster = await ensureCluster({ folder, components: ['second-node'] });
      const scenario = await Scenario.inCluster(cluster, prefix);
      await cluster.kubectl(['cordon', 'node-2']);
      const { code, output } = await scenario.run('rollout', {});
      expect(code, output).toBe(0);
      await cluster.kubectl(['uncordon', 'node-2']);
      return new TwoNodes(parent, scenario, await scenario.traffic(60, 0.5, 64, timeout));
    } catch (error) {
      await removeClusterIn(folder, () => undefined);
      throw error;
    }
  }

  /** The same, where the second node will be lost: its clients wait no longer than `lostTimeout`. */
  static async startToLose(prefix: string): Promise<TwoNodes> {
    const nodes = await TwoNodes.start(prefix, lostTimeout);
    // Connection tracking remembers for 2 min where an attempt to connect went: who uses the same port again is sent to the dead pod again, whatever the
    // endpoints say. With thirty attempts a second from one address that happens; it is not what is tested here.
    await runInside(nodes.cluster.init, 'sysctl', ['-q', '-w', 'net.netfilter.nf_conntrack_tcp_timeout_syn_sent=1']);
    return nodes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.traffic.stop();
    await this.scenario[Symbol.asyncDispose]();
    await removeClusterIn(join(this.#parent, 'state'), () => undefined);
    await rm(this.#parent, { recursive: true, force: true });
  }

  /** Nodes of the living pods with a label, by pod. */
  async nodesOf(label: string): Promise<{ readonly node: string; readonly phase: string }[]> {
    const { items } = await this.cluster.get<{ items: Pod[] }>('pods', '-n', this.scenario.namespace, '-l', label);
    return items
      .filter((pod) => pod.metadata.deletionTimestamp === undefined)
      .map((pod) => ({ node: pod.spec.nodeName ?? '', phase: pod.status.phase }));
  }

  /** Moves one of the two stable pods to the second node. */
  async spreadStable(): Promise<void> {
    const { cluster, scenario } = this;
    await cluster.kubectl(['cordon', 'node-1']);
    const label = 'app=fraud,revision=r1';
    const names = await cluster.kubectl(['get', 'pods', '-n', scenario.namespace, '-l', label, '-o', 'name']);
    await cluster.kubectl(['delete', '-n', scenario.namespace, names.split('\n')[0] ?? '', '--wait=false']);
    await until('a stable pod on either node', async () => {
      const nodes = (await this.nodesOf(label)).map(({ node }) => node).sort();
      return nodes.join() === 'node-1,node-2' && (await scenario.status()).revisions[0]?.ready === 2;
    });
    await cluster.kubectl(['uncordon', 'node-1']);
  }

  /** Begins a canary whose candidate and watchdog run on the second node; comes back when the candidate answers. */
  async canaryOnSecondNode(options: Omit<ProjectOptions, 'namespace'>): Promise<Engine> {
    const { cluster, scenario, traffic } = this;
    await cluster.kubectl(['cordon', 'node-1']);
    const begun = Date.now();
    const engine = await scenario.canary(options);
    await cluster.kubectl(['uncordon', 'node-1']);
    await until('the candidate answers', () =>
      Promise.resolve(traffic.between(begun).filter((each) => each.revision === 'r2').length > 60),
    );
    for (const label of ['app=fraud,revision=r2', 'mldeploy/watches=fraud'])
      expect(await this.nodesOf(label), label).toEqual([{ node: 'node-2', phase: 'Running' }]);
    return engine;
  }

  /** The same, and kills the engine then. */
  async deadCanaryOnSecondNode(options: Omit<ProjectOptions, 'namespace'>): Promise<void> {
    const engine = await this.canaryOnSecondNode(options);
    engine.process.kill('SIGKILL');
    expect(await engine.ended).toBe('SIGKILL');
  }

  /** Waits until the stable revision serves alone, and checks that it was a watchdog on the first node who gave it the traffic. */
  async restoredFromFirstNode(timeout: number): Promise<void> {
    const { scenario, traffic } = this;
    const report = await scenario.reaches('abandoned', ({ phase }) => phase === 'abandoned', timeout);
    expect(report).toMatchObject({ weight: 0 });
    await until('a watchdog that has done its work on the first node', async () => {
      const ended = (await this.nodesOf('mldeploy/watches=fraud')).filter(({ phase }) => phase === 'Succeeded');
      return ended.length === 1 && ended[0]?.node === 'node-1';
    });
    await scenario.reaches('the stable revision is whole', ({ revisions }) =>
      revisions.some((each) => each.role === 'stable' && each.name === 'r1' && each.ready === 2),
    );
    await onlyAnsweredBy(traffic, 'r1');
  }

  /** Waits until the public Service's endpoints on the lost second node are ready no more; when that was. */
  async secondNodeNoticed(): Promise<number> {
    await until('the endpoints are told', async () => !(await this.#readyNodes()).includes('node-2'), {
      timeout: 70_000,
      every: 250,
    });
    return Date.now();
  }

  /** Stops the clients. Until the endpoints were told some requests went to the lost pods; nothing else was lost, before, meanwhile or afterwards. */
  async onlyLostRequestsFailed(at: {
    readonly begun: number;
    readonly lostAt: number;
    readonly noticedAt: number;
  }): Promise<void> {
    const { traffic } = this;
    await traffic.stop();
    const inFlight = 1_000;
    const obeyed = lostTimeout + 3_000; // attempts under way end, kube-proxy writes its rules, every kept-alive connection is tried once more
    const failures = traffic.failures(at.begun);
    expect(failures.filter(({ status }) => status !== 0)).toEqual([]);
    const others = failures.filter(
      ({ startedAt }) => startedAt < at.lostAt - inFlight || startedAt > at.noticedAt + obeyed,
    );
    const what = others.map((each) => `${each.startedAt - at.noticedAt} ms: ${each.connection} ${each.error ?? ''}`);
    expect(others, what.join('\n')).toEqual([]);
    const meanwhile = traffic.between(at.lostAt, at.noticedAt);
    expect(failures.length).toBeGreaterThan(0);
    // One pod of three.
    expect(failures.length / meanwhile.length).toBeLessThan(0.45);
  }

  /** Nodes of the public Service's ready endpoints. */
  async #readyNodes(): Promise<string[]> {
    const label = 'kubernetes.io/service-name=fraud';
    const { items } = await this.cluster.get<{ items: Slice[] }>(
      'endpointslices',
      '-n',
      this.scenario.namespace,
      '-l',
      label,
    );
    const ready = items
      .flatMap(({ endpoints }) => endpoints ?? [])
      .filter(({ conditions }) => conditions.ready === true);
    return ready.map(({ nodeName }) => nodeName ?? '');
  }
}
