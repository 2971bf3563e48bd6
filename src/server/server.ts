import type { Config } from '../config/config.ts';
import type { ValidateEvidence } from '../pipeline/evidence.ts';
import type { ImagePlan } from './image-plan.ts';
import type { MetricsPreset } from './metrics-preset.ts';
import type { ProtocolId } from './protocols/protocol.ts';

/** Where the server answers probes, and how long the answers may take. */
export interface Probes {
  readonly port: number;
  /** 200 as long as the process works; a failure restarts the container. */
  readonly livePath: string;
  /** 200 only when the model is loaded and warm. */
  readonly readyPath: string;
}

/** What a server asks of the pods that it runs in. */
export interface PodNeeds {
  readonly probes: Probes;
  readonly environment: Readonly<Record<string, string>>;
  /** Size of `/dev/shm` as a Kubernetes quantity; null: what the container runtime gives. */
  readonly sharedMemory: string | null;
}

/** Everything that is known about one server type (design: src/server/<type>/). */
export interface Server {
  readonly type: Config['server']['type'];
  /**
   * What has to be built; never contains the weights. `model` is validate's evidence, `root` the folder of mldeploy.yaml.
   * Throws MlDeployError `build/file-missing` for a file of the configuration that is not there.
   */
  imagePlan(config: Config, model: ValidateEvidence, root: string): Promise<ImagePlan>;
  probes(config: Config): Probes;
  metrics(config: Config): MetricsPreset;
  /** Environment that the pod template sets besides the user's. */
  environment(config: Config): Readonly<Record<string, string>>;
  /** As in PodNeeds; null unless said. */
  sharedMemory?(config: Config): string | null;
  readonly protocol: ProtocolId;
  /** Whether it refuses malformed requests with 4xx, or also with 5xx, which no model and no setting can change. */
  readonly refusals: '4xx' | '4xx or 5xx';
  /** Most rows that one request may have; null: no limit is known. */
  maxRows?(config: Config): number | null;
  /** Share of the memory of each of its GPUs that has to be free when it starts, or it refuses to; null unless said. */
  gpuShare?(config: Config): number;
  /** Exit codes after SIGTERM that are as good as 0 and 143. */
  readonly exitCodes?: readonly number[];
  /** What a builder makes for it: the base as it is, the base with Python packages, or the user's own Dockerfile. */
  readonly recipe: 'base' | 'packages' | 'dockerfile';
  /**
   * What can be checked before anything is built, besides what `imagePlan` finds.
   * @returns warnings
   * @throws MlDeployError for what stands in the way
   */
  check?(config: Config, model: ValidateEvidence | null, root: string): Promise<readonly string[]>;
}

/** What a server asks of its pods in one project. */
export function podNeeds(server: Server, config: Config): PodNeeds {
  return {
    probes: server.probes(config),
    environment: server.environment(config),
    sharedMemory: server.sharedMemory?.(config) ?? null,
  };
}
