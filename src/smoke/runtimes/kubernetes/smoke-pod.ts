import { setTimeout as delay } from 'node:timers/promises';
import { MlDeployError } from '../../../errors.ts';
import { gpuProduct, selectedProduct } from '../../../gpu/cluster.ts';
import type { DeviceChoice } from '../../../gpu/device.ts';
import type { GpuWatch } from '../../../gpu/watch.ts';
import type { KubeApi, KubeObject } from '../../../kubernetes/api.ts';
import { serverContainer } from '../../../kubernetes/objects/deployment.ts';
import { resources } from '../../../kubernetes/resources.ts';
import type { Hardware, RunningServer, RuntimeFacts, StartSpec, Stopped } from '../runtime.ts';
import { fetchTimeMs, PodClock } from './cold-start.ts';
import { podName } from './pod.ts';
import { isShared, nodeOf, processorOf } from './pod-node.ts';
import { beforeContainer, endOf, isUnknownEnd, type Lasting, serverStatus, stateOf, statusOf } from './pod-state.ts';
import { PodSight } from './pod-sight.ts';
import { routeTo } from './route.ts';

const removalMs = 20_000;
/** What the kubelet may add to the grace period: noticing, killing, reporting. */
const kubeletMs = 15_000;
/** A pod that has no container for longer than this has a reason. */
const eventsAfterMs = 3_000;
const eventsEveryMs = 2_000;

/** What a started pod is made of. */
export interface SmokePodOptions {
  readonly api: KubeApi;
  /** Without the run's signal: removal must work after an interrupt. */
  readonly cleaner: KubeApi;
  readonly spec: StartSpec;
  /** `repository@sha256:...` */
  readonly image: string;
  readonly run: string;
  readonly device: DeviceChoice;
  readonly leftovers: readonly string[];
}

/** The pod of one smoke test. */
export class SmokePod implements RunningServer {
  readonly title: string;
  readonly send: RunningServer['send'];
  readonly #api: KubeApi;
  readonly #cleaner: KubeApi;
  readonly #spec: StartSpec;
  readonly #image: string;
  readonly #clock = new PodClock();
  readonly #device: DeviceChoice;
  readonly #leftovers: readonly string[];
  readonly #namespace: string;
  readonly #name: string;
  readonly #route: ReturnType<typeof routeTo>;
  readonly #sight: PodSight;
  readonly #troubles = new Map<string, number>();
  #creatingSince: number | null = null;
  #eventsAt = -Infinity;
  #trouble: string | null = null;

  constructor({ api, cleaner, spec, image, run, device, leftovers }: SmokePodOptions) {
    const probes = spec.server.probes(spec.config);
    this.#api = api;
    this.#cleaner = cleaner;
    this.#spec = spec;
    this.#image = image;
    this.#device = device;
    this.#leftovers = leftovers;
    this.#namespace = spec.config.deploy.namespace;
    this.#name = podName(spec.config.name, run);
    this.title = `pod ${this.#name} in namespace ${this.#namespace}`;
    this.#route = routeTo({
      api,
      namespace: this.#namespace,
      pod: this.#name,
      port: probes.port,
      livePath: probes.livePath,
      revision: run,
      over: async () => endOf(await this.#get()) !== null,
      address: async () => statusOf(await this.#get()).podIP ?? null,
    });
    this.send = this.#route.send;
    this.#sight = new PodSight({ api, namespace: this.#namespace, pod: this.#name, container: serverContainer });
  }

  get gpu(): GpuWatch | undefined {
    return this.#sight.watch ?? undefined;
  }

  get gpuUnseen(): string | undefined {
    return this.#device.device === 'cpu' || this.#sight.watch !== null ? undefined : this.#sight.gpuUnseen;
  }

  get memoryUnseen(): string | undefined {
    return this.#sight.memoryUnseen ?? undefined;
  }

  memory(): Promise<number | null> {
    return this.#sight.memory();
  }

  peakMemory(): Promise<number | null> {
    return this.#sight.peakMemory();
  }

  detour(): string | null {
    return this.#route.detour();
  }

  resent(): readonly string[] {
    return this.#route.resent();
  }

  hold(request: Parameters<RunningServer['hold']>[0]): ReturnType<RunningServer['hold']> {
    return this.#route.hold(request);
  }

  async state(): ReturnType<RunningServer['state']> {
    const pod = await this.#get();
    this.#clock.see(pod);
    const unscheduled = statusOf(pod).conditions?.some(({ reason }) => reason === 'Unschedulable') === true;
    const scalingUp = unscheduled && ((await this.#events()) ?? []).some(({ reason }) => reason === 'TriggeredScaleUp');
    const state = stateOf(pod, this.#lasting, scalingUp, this.#spec.config.resources.memory);
    if (state.phase === 'running') {
      this.#troubles.clear();
      // At once: what is in use before the model is loaded is seen only now.
      if (this.#device.device === 'gpu') {
        this.#sight.begin(() => isShared(this.#api, nodeOf(pod), this.#spec.config));
      }
    }
    // A program that a broken GPU has ended is not at fault.
    if (state.phase === 'ended') await this.#sight.ready();
    if (state.phase !== 'starting' || unscheduled) return state;
    return { phase: 'starting', detail: (await this.#beforeContainer(pod)) ?? state.detail };
  }

  async facts(): Promise<RuntimeFacts> {
    await this.#sight.ready();
    const pod = await this.#get();
    const container = serverStatus(pod);
    const uid = container?.user?.linux?.uid;
    const events = await this.#events();
    const pulled = events?.flatMap(({ reason, message }) => (reason === 'Pulled' ? [message] : [])) ?? null;
    const node = nodeOf(pod);
    return {
      hardware: await this.#hardware(node),
      deviceNote: this.#device.note,
      imageDigest: /@(sha256:[0-9a-f]{64})$/.exec(container?.imageID ?? '')?.[1] ?? null,
      nonRoot:
        uid === undefined
          ? { proved: true, how: 'The kubelet started it under runAsNonRoot, which refuses root.' }
          : { proved: uid !== 0, how: `The container runtime reports user id ${uid}.` },
      details: [
        `${this.title}, on node ${node}`,
        ...fetchTime(pod),
        ...this.#leftovers.map((name) => `removed ${name}, left behind by a run that died`),
        ...(pulled ?? ['this account may not list events: the time of the pull is not known']),
      ],
      coldStart: this.#clock.parts(pod, pulled, this.#image),
    };
  }

  async logs(lines = 20): Promise<readonly string[]> {
    const text = await this.#cleaner
      .logs(this.#namespace, this.#name, { tailLines: lines, container: serverContainer })
      .catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  }

  readonly stop = async (): Promise<Stopped> => {
    await this.#sight.end();
    const began = performance.now();
    // A passed deadline makes the kubelet end the pod like a deletion does (SIGTERM, grace period, SIGKILL), but the object stays,
    // and with it the exit code.
    await this.#api.patch(resources.pod, this.#namespace, this.#name, [
      { op: 'replace', path: '/spec/activeDeadlineSeconds', value: 1 },
    ]);
    const limit = this.#spec.config.smoke.stopTimeoutMs + kubeletMs;
    for (;;) {
      const end = endOf(await this.#get());
      const ms = performance.now() - began;
      // 137 is also what the kubelet makes up when it does not know.
      if (end !== null && isUnknownEnd(end)) return { exitCode: null, ms, killed: false };
      if (end !== null) return { exitCode: end.exitCode, ms, killed: end.exitCode === 137 };
      if (ms > limit) throw stuck(this.title);
      await delay(100, undefined, { signal: this.#spec.signal });
    }
  };

  async remove(): Promise<readonly string[]> {
    this.#route.close();
    await this.#sight.end();
    try {
      const began = performance.now();
      await this.#cleaner.delete(resources.pod, this.#namespace, this.#name, { gracePeriodSeconds: 1 });
      while (performance.now() - began < removalMs) {
        if ((await this.#cleaner.find(resources.pod, this.#namespace, this.#name)) === null) return [];
        await delay(200);
      }
      throw stuck(this.title);
    } finally {
      this.#api.close();
      this.#cleaner.close();
    }
  }

  async #get(): Promise<KubeObject> {
    const pod = await this.#api.find(resources.pod, this.#namespace, this.#name);
    if (pod !== null) return pod;
    throw new MlDeployError({
      code: 'smoke/pod-lost',
      kind: 'infrastructure',
      message: `Somebody else deleted ${this.title} during the test.`,
      hint: 'Nothing is known against the model: run the smoke test again.',
    });
  }

  /** Why there is no container after a while; the events are asked for now and then. */
  async #beforeContainer(pod: KubeObject): Promise<string | null> {
    const now = performance.now();
    this.#creatingSince ??= now;
    if (now - this.#creatingSince < eventsAfterMs || now - this.#eventsAt < eventsEveryMs) return this.#trouble;
    this.#eventsAt = now;
    this.#trouble = beforeContainer(pod, (await this.#events()) ?? [], this.#lasting);
    if (this.#trouble === null) this.#troubles.delete('sandbox');
    return this.#trouble;
  }

  readonly #lasting: Lasting = (trouble) => {
    const now = performance.now();
    const since = this.#troubles.get(trouble) ?? now;
    this.#troubles.set(trouble, since);
    return now - since;
  };

  /** Null when this account may not read them: they only explain, so it still gets its test. */
  async #events(): Promise<readonly { reason: string; message: string }[] | null> {
    try {
      const selector = `involvedObject.name=${this.#name}`;
      const events = await this.#api.list(resources.event, this.#namespace, undefined, selector);
      return events.map((event) => ({ reason: String(event['reason']), message: String(event['message']) }));
    } catch (error) {
      if (error instanceof MlDeployError && error.code === 'kubernetes/forbidden') return null;
      throw error;
    }
  }

  async #hardware(nodeName: string): Promise<Hardware> {
    const { device } = this.#device;
    const { deploy, resources: asked } = this.#spec.config;
    // Where nodes may not be looked at, the scheduler has proved what the selector names.
    const unknown =
      device === 'gpu'
        ? (selectedProduct(deploy.nodeSelector, asked.gpu?.resource) ??
          this.#sight.product ??
          'NVIDIA GPU of unknown model')
        : 'CPU of the cluster';
    try {
      const node = await this.#api.get(resources.node, null, nodeName);
      const name = device === 'gpu' ? gpuProduct(node, asked.gpu?.resource) : processorOf(node);
      return { device, name: name ?? unknown };
    } catch (error) {
      if (error instanceof MlDeployError && error.code === 'kubernetes/forbidden') return { device, name: unknown };
      throw error;
    }
  }
}

/** How long the init container took for the model. */
function fetchTime(pod: KubeObject): string[] {
  const ms = fetchTimeMs(pod);
  return ms === null ? [] : [`the init container fetched the model in ${ms / 1000} s`];
}

function stuck(title: string): MlDeployError {
  return new MlDeployError({
    code: 'smoke/kubelet-silent',
    kind: 'infrastructure',
    message: `The cluster did not report the end of ${title} after its grace period.`,
    hint: 'Look at the node: its kubelet may be overloaded or gone.',
  });
}
