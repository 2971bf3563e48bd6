import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RolloutEvidence } from '../../src/pipeline/evidence.ts';
import { status } from '../../src/rollout/commands/status.ts';
import type { StatusReport } from '../../src/rollout/commands/status.ts';
import { connectTo } from '../../src/rollout/stage.ts';
import type { KubeApi } from '../../src/kubernetes/api.ts';
import { ensureCluster } from '../cluster/cluster.ts';
import type { Cluster, TestNamespace } from '../cluster/cluster.ts';
import { until } from '../cluster/poll.ts';
import { modelServerImage } from '../cluster/server-image/build.ts';
import { Traffic } from '../cluster/traffic.ts';
import type { TrafficResult } from '../cluster/traffic.ts';
import { accessTo, built, projectYaml } from './project.ts';
import type { ProjectOptions } from './project.ts';
import { watchdogImage } from './watchdog-image.ts';

const program = join(import.meta.dirname, '../../src/main.ts');

/** A command line of ml-deploy that runs, as its own process: it can be killed. */
export interface Engine {
  readonly process: ChildProcess;
  readonly output: () => string;
  /** Exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
}

/** What a finished command left. */
export interface Finished {
  readonly code: number | string;
  readonly output: string;
  readonly evidence: RolloutEvidence;
}

/** One namespace of the cluster with a small project; every rollout goes through the command line. */
export class Scenario implements AsyncDisposable {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly image: string;
  readonly watchdog: string;
  readonly folder: string;
  readonly api: KubeApi;
  readonly #space: TestNamespace;

  private constructor(
    facts: Pick<Scenario, 'cluster' | 'image' | 'watchdog' | 'folder' | 'api'>,
    space: TestNamespace,
  ) {
    this.cluster = facts.cluster;
    this.image = facts.image;
    this.watchdog = facts.watchdog;
    this.folder = facts.folder;
    this.api = facts.api;
    this.namespace = space.name;
    this.#space = space;
  }

  /** A fresh namespace of the cluster that all tests share. */
  static async start(prefix: string, components: readonly string[] = []): Promise<Scenario> {
    return Scenario.inCluster(await ensureCluster({ components }), prefix);
  }

  /** The same in a cluster of the test's own. */
  static async inCluster(cluster: Cluster, prefix: string): Promise<Scenario> {
    const { image, watchdog } = await images(cluster);
    const folder = await mkdtemp(join(tmpdir(), 'ml-deploy-rollout-'));
    const api = await connectTo(accessTo(cluster));
    return new Scenario({ cluster, image, watchdog, folder, api }, await cluster.namespace(prefix));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.api.close();
    await rm(this.folder, { recursive: true, force: true });
    await this.#space[Symbol.asyncDispose]();
  }

  /** Starts a command of ml-deploy on this project; `image` is what the build is said to have made. */
  async engine(
    command: string,
    options: Omit<ProjectOptions, 'namespace'> & {
      readonly image?: string;
      readonly kubeconfig?: string;
      readonly args?: readonly string[];
    } = {},
  ): Promise<Engine> {
    const yaml = projectYaml({ watchdog: this.watchdog, ...options, namespace: this.namespace });
    await writeFile(join(this.folder, 'mldeploy.yaml'), yaml);
    const evidence = join(this.folder, '.mldeploy/default');
    await mkdir(evidence, { recursive: true });
    const { build, smoke } = built(options.image ?? this.image);
    await writeFile(join(evidence, 'build.json'), JSON.stringify(build));
    await writeFile(join(evidence, 'smoke.json'), JSON.stringify(smoke));
    const kubeconfig = options.kubeconfig ?? this.cluster.kubeconfigPath;
    return launch([command, '--kubeconfig', kubeconfig, '--no-color', ...(options.args ?? [])], this.folder);
  }

  /** Runs a command to its end. */
  async run(command: string, options: Parameters<Scenario['engine']>[1] = {}): Promise<Finished> {
    const engine = await this.engine(command, options);
    const code = await engine.ended;
    return { code, output: engine.output(), evidence: await this.evidence() };
  }

  /** What the last rollout wrote; null when none did. */
  async evidence(): Promise<RolloutEvidence> {
    const text = await readFile(join(this.folder, '.mldeploy/default/rollout.json'), 'utf8').catch(() => 'null');
    return JSON.parse(text) as RolloutEvidence;
  }

  /** A command from a machine that has no configuration: it knows name and namespace only. */
  async elsewhere(
    command: string,
    ...args: readonly string[]
  ): Promise<{ readonly code: number | string; readonly output: string }> {
    const nowhere = join(this.folder, 'elsewhere');
    await mkdir(nowhere, { recursive: true });
    const target = ['--model', 'fraud', '--namespace', this.namespace, '--kubeconfig', this.cluster.kubeconfigPath];
    const engine = launch([command, ...target, ...args, '--no-color'], nowhere);
    return { code: await engine.ended, output: engine.output() };
  }

  /** Starts a rollout and waits until its candidate has traffic. */
  async canary(options: Parameters<Scenario['engine']>[1]): Promise<Engine> {
    const engine = await this.engine('rollout', options);
    let ended: number | string | undefined;
    void engine.ended.then((code) => (ended = code));
    await until(
      'the candidate has traffic',
      async () => (ended !== undefined || (await this.status()).weight > 0 ? true : undefined),
      { timeout: 120_000, every: 200, hint: () => engine.output() },
    );
    if (ended !== undefined) throw new Error(`ended with ${ended}: ${engine.output()}`);
    return engine;
  }

  status(): Promise<StatusReport> {
    return status({ model: 'fraud', namespace: this.namespace }, this.api);
  }

  /** Waits until the status says so; each look costs nine requests, every `every` ms. */
  reaches(
    what: string,
    check: (report: StatusReport) => boolean,
    timeout = 60_000,
    every = 200,
  ): Promise<StatusReport> {
    return until(
      what,
      async () => {
        const report = await this.status();
        return check(report) ? report : undefined;
      },
      { timeout, every, hint: async () => JSON.stringify(await this.status(), null, 1) },
    );
  }

  /** Traffic to the public Service, once it answers. */
  async traffic(rate = 60, newConnections = 0.5, idleConnections = 64, timeout = 10_000): Promise<Traffic> {
    const service = await this.cluster.get<{ spec: { clusterIP: string } }>('service', 'fraud', '-n', this.namespace);
    const url = `http://${service.spec.clusterIP}/predict`;
    await until('the Service answers', async () => {
      const answer = await fetch(url, { method: 'POST', body: '{}', signal: AbortSignal.timeout(500) });
      return answer.ok;
    });
    return new Traffic({ url, rate, newConnections, idleConnections, timeout, body: { inputs: [[1]] } }).start();
  }

  /** Names of everything of ours in the namespace. */
  async objects(): Promise<string[]> {
    const kinds = 'deployment,service,lease,configmap,job,serviceaccount,role,rolebinding,hpa,pdb';
    const ours = ['-l', 'app.kubernetes.io/managed-by=ml-deploy'];
    const text = await this.cluster.kubectl([
      'get',
      kinds,
      '-n',
      this.namespace,
      ...ours,
      '-o',
      'name',
      '--ignore-not-found',
    ]);
    return text.split('\n').filter((name) => name !== '');
  }
}

/** Built once per test file, however many namespaces it uses at a time. */
let builtImages: Promise<{ readonly image: string; readonly watchdog: string }> | undefined;

function images(cluster: Cluster): NonNullable<typeof builtImages> {
  builtImages ??= (async () => ({ image: await modelServerImage(cluster), watchdog: await watchdogImage(cluster) }))();
  return builtImages;
}

/**
 * Waits until every answer of the last second is a good one of this revision.
 * @param options `timeout` in ms (default 60 s); `hint` is asked for more to say on failure
 */
export async function onlyAnsweredBy(
  traffic: Pick<Traffic, 'between'>,
  revision: string,
  options: { readonly timeout?: number; readonly hint?: () => string | Promise<string> } = {},
): Promise<void> {
  const last = (): readonly TrafficResult[] => traffic.between(Date.now() - 1000, Date.now() - 50);
  const seen = (): string => JSON.stringify(Object.groupBy(last(), (each) => `${each.revision ?? ''} ${each.status}`));
  await until(
    `only ${revision} answers`,
    () => Promise.resolve(last().length > 5 && last().every((each) => each.ok && each.revision === revision)),
    {
      timeout: options.timeout ?? 60_000,
      every: 100,
      hint: async () => `${seen()}\n${(await options.hint?.()) ?? ''}`,
    },
  );
}

/**
 * Failed requests beside the events of a rollout, for the message of a failed assertion.
 */
export function explain(failures: readonly TrafficResult[], evidence: RolloutEvidence): string {
  const time = (at: number): string => new Date(at).toISOString();
  const events = evidence.volatile.timeline.map(({ at, message }) => `${at} ${message}`);
  const lines = [failures[0], failures.at(-1)].flatMap((each) =>
    each === undefined ? [] : [`${time(each.startedAt)} FAILED ${each.status} ${each.error ?? ''} ${each.body ?? ''}`],
  );
  return [`${failures.length} failed requests`, ...[...events, ...lines].sort()].join('\n');
}

function launch(args: readonly string[], cwd: string): Engine {
  const chunks: string[] = [];
  const environment = { ...process.env, CI: '1' };
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  const ended = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  return { process: child, output: () => chunks.join(''), ended };
}
