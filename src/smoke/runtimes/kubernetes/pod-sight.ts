import { MlDeployError } from '../../../errors.ts';
import { type Device, productOf } from '../../../gpu/devices.ts';
import type { GpuWatch } from '../../../gpu/watch.ts';
import { heldIn } from '../host-memory.ts';
import { watchPodGpu } from './pod-gpu.ts';
import { type ObserverOptions, PodObserver } from './pod-observer.ts';

/** A small file of the kernel is read at once, milliseconds. */
const memoryMs = 5_000;
const ended = 'The server was over before anybody could look at its GPU.';

/** What can be seen in a pod: the memory of its control group and its GPUs. Nothing is asked before `begin`. */
export class PodSight {
  readonly #memory: PodObserver;
  readonly #gpu: PodObserver;
  #watch: GpuWatch | null = null;
  #devices: readonly Device[] = [];
  #gpuUnseen = ended;
  #memoryUnseen: string | null = null;
  #begun: Promise<MlDeployError | null> | null = null;

  constructor(options: ObserverOptions) {
    // A driver that hangs does not keep anybody from the memory.
    this.#memory = new PodObserver(options);
    this.#gpu = new PodObserver(options);
  }

  get watch(): GpuWatch | null {
    return this.#watch;
  }

  /** Why nobody looks at the GPU, a sentence. */
  get gpuUnseen(): string {
    return this.#gpuUnseen;
  }

  /** Why nobody sees the memory, a sentence; null: it is seen, or nobody has looked. */
  get memoryUnseen(): string | null {
    return this.#memoryUnseen;
  }

  /** Names of the GPUs, as their driver writes them; null: it was not asked. */
  get product(): string | null {
    return this.#devices.length === 0 ? null : [...new Set(this.#devices.map(productOf))].join(', ');
  }

  /** The first look at the GPU, as soon as its program runs. Later calls do nothing. */
  begin(isShared: () => Promise<boolean | null>): void {
    this.#begun ??= this.#look(isShared).then(
      () => null,
      (error: unknown) => {
        if (error instanceof MlDeployError) return error;
        throw error;
      },
    );
    // A defect is told by whoever waits.
    this.#begun.catch(() => undefined);
  }

  /** Waits for it. Throws `smoke/gpu-fault` when the driver does not work in the pod. */
  async ready(): Promise<void> {
    const error = (await this.#begun) ?? null;
    if (error !== null) throw error;
  }

  async #look(isShared: () => Promise<boolean | null>): Promise<void> {
    const found = await watchPodGpu(this.#gpu, await isShared());
    if ('unseen' in found) {
      this.#gpuUnseen = found.unseen;
      return;
    }
    this.#watch = found.watch;
    this.#devices = found.devices;
  }

  /** What the pod cannot give back, bytes. */
  async memory(): Promise<number | null> {
    const stat = (await this.#files()).get('memory.stat');
    return stat === undefined ? null : heldIn(stat);
  }

  /** The kernel's own peak, bytes. */
  async peakMemory(): Promise<number | null> {
    const files = await this.#files();
    const peak = Number(files.get('memory.peak') ?? files.get('memory.max_usage_in_bytes'));
    return peak > 0 ? peak : null;
  }

  async #files(): Promise<ReadonlyMap<string, string>> {
    const answer = await this.#memory.ask('memory', memoryMs);
    if ('why' in answer) {
      this.#memoryUnseen = `The memory of a pod is looked at from within, which was not possible: ${answer.reason}`;
      return new Map();
    }
    const files = new Map(
      answer.text.split(/^file /m).flatMap((part): [string, string][] => {
        const [name = '', ...lines] = part.split('\n');
        return name === '' ? [] : [[name, lines.join('\n')]];
      }),
    );
    this.#memoryUnseen = files.size > 0 ? null : 'The container does not see its own control group (/sys/fs/cgroup).';
    return files;
  }

  /** Looks no more: the pod is about to end. */
  async end(): Promise<void> {
    this.#memory.close();
    this.#gpu.close();
    await this.#watch?.end();
  }
}
