/**
 * The resolved configuration: defaults filled in, the environment applied, units parsed. Durations are milliseconds, shares are
 * fractions 0..1, sizes are bytes, paths are as written (relative to the folder of mldeploy.yaml).
 */
export interface Config {
  readonly name: string;
  /** Name of the chosen entry of `environments`, or null. */
  readonly environment: string | null;
  readonly model: ModelConfig;
  readonly server: ServerConfig;
  readonly image: ImageConfig;
  readonly optimize: OptimizeConfig;
  readonly smoke: SmokeConfig;
  readonly resources: ResourcesConfig;
  readonly deploy: DeployConfig;
  readonly rollout: RolloutConfig;
  readonly notify: readonly NotifyConfig[];
}

export interface TensorConfig {
  readonly name: string;
  readonly dtype: string;
  /** null is a dynamic dimension (`-1` in the file). */
  readonly shape: readonly (number | null)[];
}

export interface AllowedGlobal {
  readonly global: string;
  readonly reason: string;
  readonly owner: string;
  /** ISO date; an expired entry fails. */
  readonly expires: string;
}

/** Who must have signed the model; exactly one of key, certificates and sigstore is not null. Paths as written. */
export interface SignatureConfig {
  readonly bundle: string | null;
  readonly key: string | null;
  readonly certificates: readonly string[] | null;
  /** Of a certificate. */
  readonly identity: string | null;
  readonly sigstore: { readonly identity: string; readonly issuer: string; readonly trustRoot: string } | null;
}

/** A finding that somebody answers for, in one file content, until a day. */
export interface WaiverConfig {
  readonly rule: string;
  /** Relative to the model root. */
  readonly file: string;
  /** Hex. */
  readonly sha256: string;
  readonly reason: string;
  readonly owner: string;
  /** Last day, ISO date. */
  readonly expires: string;
}

export interface ModelConfig {
  readonly path: string;
  /** Largest size of all files together, bytes; null: no limit. */
  readonly maxBytes: number | null;
  /** Largest growth since the previous release, as a share of its size; null: no limit. */
  readonly maxGrowth: number | null;
  /** The only formats of model files; null: any. */
  readonly formats: readonly string[] | null;
  /** validate.json of the previous release; null: none. */
  readonly previous: string | null;
  readonly acknowledgeBreaking: { readonly previous: string; readonly reason: string } | null;
  readonly requireSignature: SignatureConfig | null;
  readonly waivers: readonly WaiverConfig[];
  readonly allow: readonly AllowedGlobal[];
  readonly inputs: readonly TensorConfig[] | null;
  readonly outputs: readonly TensorConfig[] | null;
}

export interface ServerConfig {
  readonly type: 'fastapi' | 'onnxruntime' | 'custom' | 'tf-serving' | 'torchserve' | 'triton' | 'vllm';
  /** The user's inference code: a file with `load(model_dir)` and `predict(model, inputs)`; null: chosen for the model format. */
  readonly entry: string | null;
  /** requirements.txt with pinned dependencies; null: what the model format needs. */
  readonly requirements: string | null;
  readonly port: number;
  readonly workers: number;
  /** Of one worker; null: the whole cores of `resources.cpu`, shared by the workers. */
  readonly threads: number | null;
  /** Of `onnxruntime`, in order of preference; of others empty. */
  readonly providers: readonly ('cuda' | 'cpu')[];
  /** Of `custom`: Dockerfile and build context, as written. */
  readonly dockerfile: string;
  readonly context: string;
  /** Stage to build; null: the last one. */
  readonly target: string | null;
  /** Build arguments. */
  readonly args: Readonly<Record<string, string>>;
  /** Absolute folder of the model in the image. */
  readonly modelPath: string;
  readonly livePath: string;
  readonly readyPath: string;
  readonly protocol: 'openapi' | 'v2' | 'tfserving' | 'torchserve' | 'openai' | 'http';
  /** Of the protocol `http`; null with any other. */
  readonly request: RequestConfig | null;
  /** Null: every request is computed by itself. */
  readonly batching: { readonly maxBatch: number; readonly delayMs: number } | null;
  /** Of `vllm`. */
  readonly vllm: VllmConfig;
  /** Largest request body, bytes. */
  readonly maxBodyBytes: number;
}

/** How a server is asked that speaks no protocol that is known. */
export interface RequestConfig {
  readonly path: string;
  readonly method: 'POST' | 'GET';
  /** Template; null: no body. */
  readonly body: string | null;
  readonly contentType: string;
  readonly status: number;
  /** JSONPath of the outputs; null: nobody knows where they are. */
  readonly answer: string | null;
}

export interface VllmConfig {
  /** Tokens of prompt and answer together; null: what the model was trained for. */
  readonly maxLength: number | null;
  readonly dtype: 'auto' | 'bfloat16' | 'float16' | 'float32';
  /** Share 0..1; null: vLLM's own default. */
  readonly gpuMemory: number | null;
  readonly args: readonly string[];
}

export interface ImageConfig {
  readonly repository: string;
  readonly base: string;
  /** All that the image is built for, at least one. */
  readonly platforms: readonly string[];
  /** The one that is at hand; of the configuration as a whole the first one. */
  readonly platform: string;
  /** Largest image with its model, bytes as the registry holds them; null: no limit. */
  readonly maxBytes: number | null;
  readonly builder: 'auto' | 'buildkit' | 'buildx' | 'buildah' | 'oci';
  /** Registry speaks plain HTTP; only when named by the user. Loopback registries are always allowed plain HTTP. */
  readonly insecure: boolean;
  /** Registry of base images -> `host[:port][/path]` that is asked first. */
  readonly mirrors: Readonly<Record<string, string>>;
  /** BuildKit secrets: id -> file. */
  readonly secrets: readonly { readonly id: string; readonly file: string }[];
  /** Where pods have the model from: the image, an init container that fetches it, or an image volume. */
  readonly weights: 'image' | 'init' | 'volume';
  /** What else is published from the same layers of model files. */
  readonly artifacts: readonly ('modelpack' | 'modelcar')[];
  /** Files of the private key and of its password. */
  readonly sign: { readonly key: string; readonly password: string | null } | null;
}

/** How far the answers of the optimised model may be from the original's. */
export interface OptimizeTolerance {
  readonly absolute: number;
  /** Share of the largest number of the output. */
  readonly relative: number;
  /** Smallest share of equal labels. */
  readonly agreement: number;
  /** Smallest share of rows whose largest number is at the same place; null: decides nothing. */
  readonly top: number | null;
}

/** What is done to the model before it is put into the image. */
export interface OptimizeConfig {
  /** float32 as bfloat16 in safetensors files, where that changes no value. */
  readonly bf16: boolean;
  readonly drop: readonly ('duplicates' | 'training')[];
  /** Weights of the ONNX model as integers; null: as they are. */
  readonly quantize: 'int8' | null;
  /** float32 weights as float16. */
  readonly float16: boolean;
  /** Share of the weights in each matrix of the ONNX model that become zero; null: none. */
  readonly prune: number | null;
  readonly tolerance: OptimizeTolerance;
}

export interface SmokeConfig {
  /** JSON file of golden requests; null: none. */
  readonly golden: string | null;
  readonly device: 'require-gpu' | 'prefer-gpu' | 'cpu';
  readonly runtime: 'auto' | 'kubernetes' | 'docker' | 'podman' | 'process';
  /** Longest wait for a GPU that other tests of this machine use. */
  readonly deviceWaitMs: number;
  /** Address of a running server for the runtime `process`. */
  readonly url: string | null;
  readonly readyTimeoutMs: number;
  readonly requests: number;
  /** Requests at a time while latency is measured. */
  readonly concurrency: number;
  /** Fails when the 95th percentile is above; null: only reported. */
  readonly maxP95Ms: number | null;
  /** As maxP95Ms, until a streamed answer begins to say something. */
  readonly maxFirstTokenMs: number | null;
  /** Most memory of the server on the host, and on the GPU; null: only reported. */
  readonly maxMemoryBytes: number | null;
  readonly maxGpuMemoryBytes: number | null;
  /** The same request has the same answer. */
  readonly deterministic: boolean;
  /** Statuses that refuse a malformed request; null: as the server's type has it. */
  readonly refusals: '4xx' | '4xx or 5xx' | null;
  /** smoke.json of an earlier release; null: what the cluster recorded of the stable revision. */
  readonly previous: string | null;
  /** Largest slowdown since then, as a share; null: only reported. */
  readonly maxSlowdown: number | null;
  /** Time the server has to end after SIGTERM. */
  readonly stopTimeoutMs: number;
}

export interface ResourcesConfig {
  /** Kubernetes quantities as written. */
  readonly cpu: string;
  readonly memory: string;
  readonly gpu: {
    readonly count: number;
    readonly memory: string | null;
    /** Extended resource that the pods ask for; absent: `nvidia.com/gpu`. */
    readonly resource?: string;
  } | null;
}

export interface DeployConfig {
  readonly namespace: string;
  readonly replicas: number;
  readonly service: { readonly port: number; readonly type: 'ClusterIP' | 'LoadBalancer' | null };
  /** `cpu` is in percent of the request, as autoscaling/v2 counts (`averageUtilization`). */
  readonly autoscaling: { readonly min: number; readonly max: number; readonly cpu: number } | null;
  /** Pods that voluntary disruptions may take at a time; null: no PodDisruptionBudget. */
  readonly maxUnavailable: number | null;
  readonly env: Readonly<Record<string, string>>;
  /** Names of ConfigMaps and Secrets whose keys become environment variables. */
  readonly configMaps: readonly string[];
  readonly secrets: readonly string[];
  readonly serviceAccount: string | null;
  readonly imagePullSecrets: readonly string[];
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Readonly<Record<string, unknown>>[];
  /** Absent: the default of the nodes. */
  readonly runtimeClass?: string;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface StepConfig {
  /** Intended share of the candidate, 0..1. */
  readonly weight: number;
  readonly minTimeMs: number;
  readonly minRequests: number;
  /** Wait for `ml-deploy promote` before this step is left. */
  readonly approval: boolean;
}

/** Where the counts that decide come from. */
export interface MetricsConfig {
  /** Null: the pods' own metrics pages. */
  readonly prometheus: PrometheusConfig | null;
  /** Whose counters are read; `server`: those of `server.type`. */
  readonly preset: 'server' | 'kserve' | 'mlserver' | 'tensorflow-serving' | 'torchserve' | 'triton' | 'vllm';
  /** Name under which the server knows the model; null: the project's. */
  readonly model: string | null;
  /** Where the metrics page is; null: as the preset says. */
  readonly port: number | null;
  readonly path: string | null;
  /** Null: what the gateway counts is not looked at. */
  readonly gateway: GatewayMetricsConfig | null;
  readonly custom: readonly CustomMetricConfig[];
}

/** What the gateway in front of the model counts. */
export interface GatewayMetricsConfig {
  readonly preset: 'traefik' | 'istio' | 'envoy';
  /** Largest tolerated share of failed requests; null: `slo.errors`. */
  readonly errors: number | null;
  readonly latency: { readonly underMs: number; readonly share: number } | null;
  /** Labels that its series must have besides. */
  readonly match: Readonly<Record<string, string>>;
}

/** Bad events among all, as PromQL over raw counters with placeholders. */
export interface CustomMetricConfig {
  readonly name: string;
  readonly total: string;
  readonly bad: string;
  readonly slo: number;
}

export interface PrometheusConfig {
  /** Address as seen from here; null: through `service`. */
  readonly url: string | null;
  /** A Service in the cluster, asked through the API server. */
  readonly service: {
    readonly namespace: string;
    readonly name: string;
    readonly port: number;
    readonly tls: boolean;
    readonly path: string;
  } | null;
  /** Names of environment variables. */
  readonly bearerToken: string | null;
  readonly basicAuth: { readonly username: string; readonly password: string } | null;
  /** PEM file, as written; null: the authorities that Node.js trusts. */
  readonly ca: string | null;
  /** Labels of the series that name the pod and its namespace. */
  readonly labels: { readonly pod: string; readonly namespace: string };
  /** Labels that the series must have besides. */
  readonly match: Readonly<Record<string, string>>;
  readonly lookbackMs: number;
}

/** A route of somebody else that a canary splits. */
export interface AdoptConfig {
  readonly name: string;
  /** Number from 0, or name, of the only rule concerned; null: every rule that sends to the model's Service. */
  readonly rule: number | string | null;
}

export interface RolloutConfig {
  readonly strategy: 'canary' | 'blueGreen' | 'recreate';
  readonly provider: 'auto' | 'replicas' | 'gateway' | 'istio';
  /** Parent Gateway for the provider `gateway`, or the HTTPRoute to adopt; then `name` is empty. */
  readonly gateway: {
    readonly name: string;
    readonly namespace: string | null;
    readonly hostnames: readonly string[];
    readonly adopt: AdoptConfig | null;
  } | null;
  /** Hosts and gateways of the VirtualService for the provider `istio`, or the one to adopt. */
  readonly istio: {
    readonly hosts: readonly string[];
    readonly gateways: readonly string[];
    readonly adopt: AdoptConfig | null;
  } | null;
  /** Requests with this header reach the candidate at any weight. */
  readonly header: { readonly name: string; readonly value: string } | null;
  /** Of `blueGreen`: without traffic, then all of it; of `recreate`: all of it. */
  readonly steps: readonly StepConfig[];
  readonly slo: {
    /** Largest tolerated share of failed requests. */
    readonly errors: number;
    /** At least `share` of requests under `underMs`; null: latency does not gate. */
    readonly latency: { readonly underMs: number; readonly share: number } | null;
  };
  readonly metrics: MetricsConfig;
  /** Odds ratio tolerated before the candidate counts as worse (statistics: w0). */
  readonly margin: number;
  readonly alpha: number;
  readonly beta: number;
  /** What a step has to prove: a share of bad events below the slo; `relative`: or better than stable. */
  readonly promotion: 'absolute' | 'relative';
  readonly tickMs: number;
  readonly readyTimeoutMs: number;
  readonly stepDeadlineMs: number;
  readonly onInconclusive: 'hold' | 'rollback' | 'promote';
  /** Hardware that the smoke test must have run on; absent: any. */
  readonly smokedOn?: 'gpu' | 'sameGpu';
  readonly holdMs: number;
  /** Replicas of the previous revision kept running until the next rollout. */
  readonly keepPrevious: number;
  readonly drainMs: number;
  readonly leaseMs: number;
  readonly watchdog: { readonly enabled: boolean; readonly image: string | null };
}

/** One receiver of notifications. Secrets are named, never held. */
export interface NotifyConfig {
  readonly kind: 'slack' | 'webhook';
  /** Environment variable with the address. */
  readonly urlVariable: string;
  /** Environment variable with the key for signatures; null: none. */
  readonly secretVariable: string | null;
  readonly on: readonly ('started' | 'held' | 'promoted' | 'rolled-back' | 'failed')[];
}
