import type { Config } from '../config/config.ts';
import type { ValidateEvidence } from '../pipeline/evidence.ts';
import type { ImagePlan } from './image-plan.ts';

/** Where the server answers probes, and how long the answers may take. */
export interface Probes {
  readonly port: number;
  /** 200 as long as the process works; a failure restarts the container. */
  readonly livePath: string;
  /** 200 only when the model is loaded and warm. */
  readonly readyPath: string;
}

/**
 * How to count requests from a server's own Prometheus metrics. All counters are cumulative since `startTime`; probes, warm-up and
 * metrics reads are not in them.
 */
export interface MetricsPreset {
  readonly port: number;
  readonly path: string;
  readonly requests: {
    readonly name: string;
    /** Series of the counter that count at all, e.g. `{route: ['/predict']}`; a label not named matches anything. */
    readonly where: Readonly<Record<string, readonly string[]>>;
    /** Among those, the series that count as errors (5xx and exceptions; a client's own mistakes are not errors). */
    readonly errors: Readonly<Record<string, readonly string[]>>;
  };
  /** Name of the latency histogram in seconds (without `_bucket`); its edges bound what `slo.latency.under` can be. */
  readonly latency: {
    readonly name: string;
    readonly where: Readonly<Record<string, readonly string[]>>;
    readonly edgesSeconds: readonly number[];
  };
  /** Gauge with the Unix start time of the counters: a smaller counter is a reset only when this changed. */
  readonly startTime: string;
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
  readonly protocol: 'openapi';
}
