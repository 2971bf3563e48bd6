import type {
  Config,
  DeployConfig,
  ImageConfig,
  ModelConfig,
  NotifyConfig,
  OptimizeConfig,
  ResourcesConfig,
  RolloutConfig,
  SmokeConfig,
  StepConfig,
  TensorConfig,
} from './config.ts';
import type { Autoscaling, MlDeployFile, Rollout, Tensors } from './generated/file.ts';
import { resolveMetrics } from './metrics.ts';
import { defaultBase, resolveServer } from './server.ts';
import { parseBytes, parseDuration, parsePercentage, parseProbability } from './units.ts';

/** Fills in the defaults (those that the schema documents) and parses units. The file must fit the schema. */
export function resolve(file: MlDeployFile, environment: string | null): Config {
  const hasGpu = (file.resources?.gpu ?? null) !== null;
  return {
    name: file.name,
    environment,
    model: resolveModel(file.model),
    server: resolveServer(file.server ?? {}, hasGpu),
    image: resolveImage(file.image, defaultBase(file.server?.type ?? 'fastapi', hasGpu)),
    optimize: resolveOptimize(file.optimize ?? {}),
    smoke: resolveSmoke(file.smoke ?? {}, hasGpu),
    resources: resolveResources(file.resources ?? {}),
    deploy: resolveDeploy(file.deploy ?? {}),
    rollout: resolveRollout(file.rollout ?? {}),
    notify: (file.notify ?? []).map(resolveReceiver),
  };
}

function resolveReceiver({ slack, webhook, on }: NonNullable<MlDeployFile['notify']>[number]): NotifyConfig {
  return {
    kind: slack === undefined ? 'webhook' : 'slack',
    urlVariable: (slack ?? webhook)?.url ?? '',
    secretVariable: webhook?.secret ?? null,
    on: on ?? ['started', 'held', 'promoted', 'rolled-back', 'failed'],
  };
}

function resolveModel(model: MlDeployFile['model']): ModelConfig {
  return {
    path: model.path,
    maxBytes: optional(model.maxSize, parseBytes),
    maxGrowth: optional(model.maxGrowth, parsePercentage),
    formats: model.formats ?? null,
    previous: model.previous ?? null,
    acknowledgeBreaking: model.acknowledgeBreaking ?? null,
    requireSignature: optional(model.requireSignature, (signature) => ({
      bundle: signature.bundle ?? null,
      key: signature.key ?? null,
      certificates: signature.certificates ?? null,
      identity: signature.identity ?? null,
      sigstore: signature.sigstore ?? null,
    })),
    waivers: model.waivers ?? [],
    allow: model.allow ?? [],
    inputs: resolveTensors(model.inputs),
    outputs: resolveTensors(model.outputs),
  };
}

function resolveTensors(tensors: Tensors | undefined): readonly TensorConfig[] | null {
  return (
    tensors?.map(({ name, dtype, shape }) => ({
      name,
      dtype,
      shape: shape.map((dimension) => (dimension === -1 ? null : dimension)),
    })) ?? null
  );
}

function resolveSign(sign: NonNullable<MlDeployFile['image']['sign']> | null): ImageConfig['sign'] {
  return sign === null ? null : { key: sign.key, password: sign.password ?? null };
}

function resolveImage(image: MlDeployFile['image'], base: string): ImageConfig {
  const platforms = [image.platform ?? 'linux/amd64'].flat();
  return {
    repository: image.repository,
    base: image.base ?? base,
    platforms,
    platform: platforms[0] ?? 'linux/amd64',
    maxBytes: image.maxSize === undefined || image.maxSize === null ? null : parseBytes(image.maxSize),
    builder: image.builder ?? 'auto',
    insecure: image.insecure ?? false,
    mirrors: image.mirrors ?? {},
    secrets: Object.entries(image.secrets ?? {}).map(([id, file]) => ({ id, file })),
    weights: image.weights ?? 'image',
    artifacts: image.artifacts ?? [],
    sign: resolveSign(image.sign ?? null),
  };
}

function resolveOptimize(optimize: NonNullable<MlDeployFile['optimize']>): OptimizeConfig {
  const { absolute = 0, relative = 0.05, agreement = 0.99, top = null } = optimize.tolerance ?? {};
  return {
    bf16: optimize.bf16 ?? false,
    drop: optimize.drop ?? [],
    quantize: optimize.quantize ?? null,
    float16: optimize.float16 ?? false,
    prune: optimize.prune ?? null,
    tolerance: { absolute, relative, agreement, top },
  };
}

function resolveSmoke(smoke: NonNullable<MlDeployFile['smoke']>, hasGpu: boolean): SmokeConfig {
  return {
    golden: smoke.golden ?? null,
    device: resolveDevice(smoke.device, hasGpu),
    runtime: smoke.runtime ?? 'auto',
    deviceWaitMs: parseDuration(smoke.deviceWait ?? '30m'),
    url: smoke.url ?? null,
    readyTimeoutMs: parseDuration(smoke.readyTimeout ?? '5m'),
    requests: smoke.requests ?? 20,
    concurrency: smoke.concurrency ?? 1,
    maxP95Ms: optional(smoke.maxP95, parseDuration),
    maxFirstTokenMs: optional(smoke.maxFirstToken, parseDuration),
    maxMemoryBytes: optional(smoke.maxMemory, parseBytes),
    maxGpuMemoryBytes: optional(smoke.maxGpuMemory, parseBytes),
    deterministic: smoke.deterministic ?? true,
    refusals: smoke.refusals ?? null,
    previous: smoke.previous ?? null,
    maxSlowdown: smoke.maxSlowdown === undefined ? 0.5 : optional(smoke.maxSlowdown, parsePercentage),
    stopTimeoutMs: parseDuration(smoke.stopTimeout ?? '30s'),
  };
}

function resolveDevice(device: NonNullable<MlDeployFile['smoke']>['device'], hasGpu: boolean): SmokeConfig['device'] {
  if (device === undefined) return hasGpu ? 'prefer-gpu' : 'cpu';
  if (typeof device === 'string') return 'cpu';
  return device.require === undefined ? 'prefer-gpu' : 'require-gpu';
}

function resolveResources(resources: NonNullable<MlDeployFile['resources']>): ResourcesConfig {
  return {
    cpu: String(resources.cpu ?? '1'),
    memory: String(resources.memory ?? '1Gi'),
    gpu: optional(resources.gpu, (gpu) => ({
      count: gpu.count ?? 1,
      memory: optional(gpu.memory, String),
      ...(gpu.resource === undefined ? {} : { resource: gpu.resource }),
    })),
  };
}

function resolveDeploy(deploy: NonNullable<MlDeployFile['deploy']>): DeployConfig {
  const replicas = deploy.replicas ?? 2;
  return {
    namespace: deploy.namespace ?? 'default',
    replicas,
    service: { port: deploy.service?.port ?? 80, type: deploy.service?.type ?? null },
    autoscaling: optional(deploy.autoscaling, (autoscaling) => resolveAutoscaling(autoscaling, replicas)),
    maxUnavailable: deploy.maxUnavailable === undefined ? 1 : deploy.maxUnavailable,
    env: Object.fromEntries(Object.entries(deploy.env ?? {}).map(([name, value]) => [name, String(value)])),
    configMaps: deploy.configMaps ?? [],
    secrets: deploy.secrets ?? [],
    serviceAccount: deploy.serviceAccount ?? null,
    imagePullSecrets: deploy.imagePullSecrets ?? [],
    nodeSelector: deploy.nodeSelector ?? {},
    tolerations: deploy.tolerations ?? [],
    ...(deploy.runtimeClass === undefined || deploy.runtimeClass === null ? {} : { runtimeClass: deploy.runtimeClass }),
    annotations: deploy.annotations ?? {},
  };
}

function resolveAutoscaling(
  autoscaling: NonNullable<Autoscaling>,
  replicas: number,
): NonNullable<DeployConfig['autoscaling']> {
  const min = autoscaling.min ?? replicas;
  return {
    min,
    // Zero is refused by the rules, with the place.
    max: autoscaling.max ?? 0,
    cpu: Math.round(parsePercentage(autoscaling.cpu ?? '80%') * 100),
  };
}

function resolveRollout(rollout: Rollout): RolloutConfig {
  return {
    strategy: rollout.strategy ?? 'canary',
    provider: rollout.provider ?? 'auto',
    gateway: optional(rollout.gateway, ({ name, namespace, hostnames, adopt }) => ({
      name: name ?? '',
      namespace: namespace ?? null,
      hostnames: hostnames ?? [],
      adopt: optional(adopt, (route) => ({ name: route.route, rule: route.rule ?? null })),
    })),
    istio: optional(rollout.istio, ({ hosts, gateways, adopt }) => ({
      hosts: hosts ?? [],
      gateways: gateways ?? [],
      adopt: optional(adopt, (route) => ({ name: route.virtualService, rule: route.rule ?? null })),
    })),
    header: optional(rollout.header, ({ name, value }) => ({ name, value })),
    steps: resolveSteps(rollout),
    slo: resolveSlo(rollout.slo ?? {}),
    metrics: resolveMetrics(rollout.metrics ?? {}),
    margin: rollout.margin ?? 1.5,
    alpha: parseProbability(rollout.alpha ?? 0.05),
    beta: parseProbability(rollout.beta ?? 0.05),
    promotion: rollout.promotion ?? 'absolute',
    ...resolveTimes(rollout),
    onInconclusive: rollout.onInconclusive ?? 'hold',
    ...(rollout.smokedOn === undefined || rollout.smokedOn === null ? {} : { smokedOn: rollout.smokedOn }),
    keepPrevious: rollout.keepPrevious ?? 0,
    watchdog: resolveWatchdog(rollout.watchdog),
  };
}

function resolveTimes(
  rollout: Rollout,
): Pick<RolloutConfig, 'tickMs' | 'readyTimeoutMs' | 'stepDeadlineMs' | 'holdMs' | 'drainMs' | 'leaseMs'> {
  const tickMs = parseDuration(rollout.tick ?? '15s');
  return {
    tickMs,
    readyTimeoutMs: parseDuration(rollout.readyTimeout ?? '10m'),
    stepDeadlineMs: parseDuration(rollout.stepDeadline ?? '1h'),
    holdMs: parseDuration(rollout.hold ?? '1d'),
    drainMs: parseDuration(rollout.drain ?? '30s'),
    leaseMs: rollout.lease === undefined ? Math.max(4 * tickMs, 10_000) : parseDuration(rollout.lease),
  };
}

function resolveWatchdog(watchdog: Rollout['watchdog']): RolloutConfig['watchdog'] {
  return {
    enabled: watchdog !== 'off' && watchdog !== false,
    image: typeof watchdog === 'object' ? (watchdog.image ?? null) : null,
  };
}

function resolveSteps(rollout: Rollout): readonly StepConfig[] {
  const all = resolveStep('100%', rollout);
  switch (rollout.strategy ?? 'canary') {
    case 'canary':
      return (rollout.steps ?? ['10%', '50%']).map((step) => resolveStep(step, rollout));
    case 'blueGreen':
      return [{ weight: 0, minTimeMs: 0, minRequests: 0, approval: rollout.blueGreen?.approval ?? false }, all];
    case 'recreate':
      return [all];
  }
}

function resolveStep(step: NonNullable<Rollout['steps']>[number], rollout: Rollout): StepConfig {
  const full = typeof step === 'string' ? { weight: step } : step;
  return {
    weight: parsePercentage(full.weight),
    minTimeMs: parseDuration(full.minTime ?? rollout.minTime ?? '1m'),
    minRequests: full.minRequests ?? rollout.minRequests ?? 100,
    approval: full.approval ?? false,
  };
}

function resolveSlo(slo: NonNullable<Rollout['slo']>): RolloutConfig['slo'] {
  return {
    errors: parsePercentage(slo.errors ?? '1%'),
    latency: optional(slo.latency, ({ under, share }) => ({
      underMs: parseDuration(under ?? '0ms'),
      share: parsePercentage(share ?? '99%'),
    })),
  };
}

/** Null stays null and what is not there becomes null; anything else is parsed. */
function optional<T, R>(value: T | null | undefined, parse: (value: T) => R): R | null {
  return value === null || value === undefined ? null : parse(value);
}
