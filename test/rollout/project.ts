import { parseConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/config.ts';
import type { BuildEvidence, EvidenceSoFar, SmokeEvidence } from '../../src/pipeline/evidence.ts';
import type { Access, StageContext } from '../../src/pipeline/stage.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import type { Reporter } from '../../src/pipeline/reporter.ts';
import type { Cluster } from '../cluster/cluster.ts';

/** What a scenario changes of the small project that every rollout test deploys. */
export interface ProjectOptions {
  readonly namespace: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Keys under `rollout:` with their YAML. */
  readonly rollout?: Readonly<Record<string, string>>;
  readonly deploy?: readonly string[];
  readonly replicas?: number;
  readonly gpu?: number;
  readonly watchdog?: string;
  /** Entries of the list `notify:`. */
  readonly notify?: readonly string[];
}

/**
 * A configuration with short times: ticks of a second, a step takes a few.
 */
export function project(options: ProjectOptions): Config {
  return parseConfig(projectYaml(options), 'mldeploy.yaml', null);
}

/**
 * The same as the text of mldeploy.yaml, for tests that go through the command line.
 */
export function projectYaml(options: ProjectOptions): string {
  const env = Object.entries(options.env ?? {}).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}`);
  const rollout = {
    ...(options.rollout?.['strategy'] === undefined ? { steps: '[30%]' } : {}),
    tick: '1s',
    minTime: '3s',
    minRequests: '20',
    lease: '10s',
    drain: '2s',
    readyTimeout: '40s',
    slo: '{errors: 5%}',
    watchdog: options.watchdog === undefined ? 'off' : `{image: ${options.watchdog}}`,
    ...options.rollout,
  };
  return `version: 1
name: fraud
model: {path: model/}
server: {type: fastapi}
image: {repository: registry.test/fraud}
resources: {cpu: 10m, memory: 64Mi${options.gpu === undefined ? '' : `, gpu: {count: ${options.gpu}}`}}
deploy:
  namespace: ${options.namespace}
  replicas: ${options.replicas ?? 2}
  env:
    FAKE: "1"
${env.join('\n')}
${(options.deploy ?? []).map((line) => `  ${line}`).join('\n')}
rollout:
${Object.entries(rollout)
  .map(([key, value]) => `  ${key}: ${value}`)
  .join('\n')}
notify: [${(options.notify ?? []).join(', ')}]
`;
}

/**
 * Access to the test cluster.
 */
export function accessTo(cluster: Pick<Cluster, 'kubeconfigPath'>, host = 'test'): Access {
  return {
    root: '/',
    kubeconfig: cluster.kubeconfigPath,
    kubeContext: null,
    buildkit: null,
    dockerConfig: null,
    environment: {},
    host,
    engineImage: null,
    engine: 'ml-deploy/test',
  };
}

/**
 * What a stage gets when the build made this image.
 */
export function contextFor(
  config: Config,
  access: Access,
  image: string,
  signal: AbortSignal = new AbortController().signal,
  reporter: Reporter = silentReporter,
): StageContext {
  return { config, access, evidence: built(image), reporter, signal };
}

/**
 * Evidence of the stages before: a build that made this image, a smoke test that passed.
 */
export function built(image: string): EvidenceSoFar {
  const [repository = '', digest = ''] = image.split('@');
  const build: BuildEvidence = {
    schema: 'https://ml-deploy.dev/schema/build-evidence-v1.json',
    stage: 'build',
    project: 'fraud',
    environment: null,
    outcome: 'passed',
    summary: 'built',
    modelDigest: `sha256:${'0'.repeat(64)}`,
    server: 'fastapi',
    image: { repository, digest, reference: image, platform: 'linux/amd64', bytes: 1, layers: [], user: '10001' },
    volatile: {
      startedAt: '',
      endedAt: '',
      engine: '',
      host: '',
      builder: '',
      uploadedBytes: 0,
      buildMs: 0,
      pushMs: 0,
    },
  };
  const smoke: SmokeEvidence = {
    schema: 'https://ml-deploy.dev/schema/smoke-evidence-v1.json',
    stage: 'smoke',
    project: 'fraud',
    environment: null,
    outcome: 'passed',
    summary: 'works',
    imageReference: image,
    modelDigest: build.modelDigest,
    runtime: 'process',
    hardware: { device: 'cpu', name: 'test' },
    checks: [],
    volatile: { startedAt: '', endedAt: '', engine: '', host: '', readyMs: 0, latencyMs: null, stopMs: 0, details: [] },
  };
  return { build, smoke };
}
