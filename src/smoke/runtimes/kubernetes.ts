import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { MlDeployError } from '../../errors.ts';
import { gpuProduct } from '../../gpu/cluster.ts';
import type { DeviceChoice } from '../../gpu/device.ts';
import type { KubeApi, KubeObject } from '../../kubernetes/api.ts';
import { connect } from '../../kubernetes/client.ts';
import { resources } from '../../kubernetes/resources.ts';
import { removeLeftovers } from './kubernetes/leftovers.ts';
import { podName, smokePod } from './kubernetes/pod.ts';
import { deviceFor, lookAround } from './kubernetes/preflight.ts';
import { endOf, fetchingOf, type Lasting, stateOf, statusOf } from './kubernetes/pod-state.ts';
import { routeTo } from './kubernetes/route.ts';
import { thisProcess } from './owner.ts';
import type { Hardware, RunningServer, Runtime, RuntimeContext, RuntimeFacts, StartSpec, Stopped } from './runtime.ts';

const probeDeadlineMs = 5_000;
const removalMs = 20_000;
/** What the kubelet may add to the grace period: noticing, killing, reporting. */
const kubeletMs = 15_000;

/** A pod in `deploy.namespace`, made from the template that the rollout deploys. */
export const kubernetesRuntime: Runtime = {
  name: 'kubernetes',
  available: async (context) => {
    try {
      const api = await connectTo(context, probeDeadlineMs);
      try {
        const reason = await lookAround(api, context);
        return { usable: true, reason };
      } finally {
        api.close();
      }
    } catch (error) {
      if (error instanceof MlDeployError && error.kind !== 'interrupted') return { usable: false, error };
      throw error;
    }
  },
  start: async (spec) => {
    const { config, access } = spec;
    const { namespace } = config.deploy;
    const image = requireImage(spec);
    const api = await connectTo(spec);
    const device = await deviceFor(api, spec);
    const leftovers = await removeLeftovers(api, namespace, access.host);
    const run = `smoke-${randomBytes(3).toString('hex')}`;
    const pod = smokePod({ spec, image, run, device: device.device, owner: thisProcess(access.host) });
    // Without the run's signal: removal must work after an interrupt.
    const cleaner = await connectTo({ ...spec, signal: null }, probeDeadlineMs);
    try {
      await api.create(resources.pod, pod);
    } catch (error) {
      // An interrupted request may have been carried out all the same.
      await cleaner.delete(resources.pod, namespace, pod.metadata.name, { gracePeriodSeconds: 0 }).catch(() => false);
      api.close();
      cleaner.close();
      throw error;
    }
    return new SmokePod(api, cleaner, spec, run, device, leftovers);
  },
};

class SmokePod implements RunningServer {
  readonly title: string;
  readonly send: RunningServer['send'];
  readonly #api: KubeApi;
  readonly #cleaner: KubeApi;
  readonly #spec: StartSpec;
  readonly #device: DeviceChoice;
  readonly #leftovers: readonly string[];
  readonly #namespace: string;
  readonly #name: string;
  readonly #route: ReturnType<typeof routeTo>;
  readonly #troubles = new Map<string, number>();

  constructor(
    api: KubeApi,
    cleaner: KubeApi,
    spec: StartSpec,
    run: string,
    device: DeviceChoice,
    leftovers: readonly string[],
  ) {
    const probes = spec.server.probes(spec.config);
    this.#api = api;
    this.#cleaner = cleaner;
    this.#spec = spec;
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
      address: async () => statusOf(await this.#get()).podIP ?? null,
    });
    this.send = this.#route.send;
  }

  detour(): string | null {
    return this.#route.detour();
  }

  hold(request: Parameters<RunningServer['hold']>[0]): ReturnType<RunningServer['hold']> {
    return this.#route.hold(request);
  }

  async state(): ReturnType<RunningServer['state']> {
    const pod = await this.#get();
    const unscheduled = statusOf(pod).conditions?.some(({ reason }) => reason === 'Unschedulable') === true;
    const scalingUp = unscheduled && (await this.#events()).some(({ reason }) => reason === 'TriggeredScaleUp');
    const state = stateOf(pod, this.#lasting, scalingUp, this.#spec.config.resources.memory);
    if (state.phase === 'running') this.#troubles.clear();
    return state;
  }

  async facts(): Promise<RuntimeFacts> {
    const pod = await this.#get();
    const container = statusOf(pod).containerStatuses?.[0];
    const uid = container?.user?.linux?.uid;
    const node = (pod['spec'] as { nodeName?: string }).nodeName ?? '';
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
        ...(await this.#events()).flatMap(({ reason, message }) => (reason === 'Pulled' ? [message] : [])),
      ],
    };
  }

  async logs(): Promise<readonly string[]> {
    const text = await this.#cleaner.logs(this.#namespace, this.#name, { tailLines: 20 }).catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  }

  readonly stop = async (): Promise<Stopped> => {
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
      if (end !== null) return { exitCode: end.exitCode, ms, killed: end.exitCode === 137 };
      if (ms > limit) throw stuck(this.title);
      await delay(100, undefined, { signal: this.#spec.signal });
    }
  };

  async remove(): Promise<readonly string[]> {
    this.#route.close();
    try {
      const began = performance.now();
      await this.#cleaner.delete(resources.pod, this.#namespace, this.#name, { gracePeriodSeconds: 1 });
      while (performance.now() - began < removalMs) {
        if ((await this.#cleaner.find(resources.pod, this.#namespace, this.#name)) === null) return [];
        await delay(200);
      }
      return [this.title];
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

  readonly #lasting: Lasting = (trouble) => {
    const now = performance.now();
    const since = this.#troubles.get(trouble) ?? now;
    this.#troubles.set(trouble, since);
    return now - since;
  };

  async #events(): Promise<readonly { reason: string; message: string }[]> {
    try {
      const selector = `involvedObject.name=${this.#name}`;
      const events = await this.#api.list(resources.event, this.#namespace, undefined, selector);
      return events.map((event) => ({ reason: String(event['reason']), message: String(event['message']) }));
    } catch (error) {
      // They only explain: an account that may not read them still gets its test.
      if (error instanceof MlDeployError && error.code === 'kubernetes/forbidden') return [];
      throw error;
    }
  }

  async #hardware(nodeName: string): Promise<Hardware> {
    const { device } = this.#device;
    const unknown = device === 'gpu' ? 'NVIDIA GPU of unknown model' : 'CPU of the cluster';
    try {
      const node = await this.#api.get(resources.node, null, nodeName);
      const info = (node['status'] as { nodeInfo?: { architecture?: string } } | undefined)?.nodeInfo;
      const name = device === 'gpu' ? gpuProduct(node) : info?.architecture;
      return { device, name: name ?? unknown };
    } catch (error) {
      if (error instanceof MlDeployError && error.code === 'kubernetes/forbidden') return { device, name: unknown };
      throw error;
    }
  }
}

type Where = Omit<RuntimeContext, 'signal'> & { readonly signal: AbortSignal | null };

function connectTo({ access, signal }: Where, deadlineMs?: number): Promise<KubeApi> {
  return connect({
    kubeconfig: access.kubeconfig,
    context: access.kubeContext,
    environment: access.environment,
    ...(signal === null ? {} : { signal }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  });
}

/** How long the init container took for the model. */
function fetchTime(pod: KubeObject): string[] {
  const { startedAt, finishedAt } = fetchingOf(pod)?.terminated ?? {};
  if (startedAt === undefined || finishedAt === undefined) return [];
  // The cluster tells whole seconds.
  return [`the init container fetched the model in ${(Date.parse(finishedAt) - Date.parse(startedAt)) / 1000} s`];
}

function requireImage({ image }: StartSpec): string {
  if (image !== null) return image;
  throw new MlDeployError({
    code: 'smoke/no-image',
    kind: 'usage',
    message: 'There is no image to test: no build evidence was found.',
    hint: 'Run `ml-deploy build` first, or `ml-deploy deploy`, which does all stages.',
  });
}

function stuck(title: string): MlDeployError {
  return new MlDeployError({
    code: 'smoke/kubelet-silent',
    kind: 'infrastructure',
    message: `The cluster did not report the end of ${title} after its grace period.`,
    hint: 'Look at the node: its kubelet may be overloaded or gone.',
  });
}
