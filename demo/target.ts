import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, delimiter, isAbsolute, join } from 'node:path';
import { ensureCluster } from '../test/cluster/cluster.ts';
import { parseRepository } from '../src/oci/repository.ts';
import { findKind } from './kind.ts';
import { DemoProblem, explained } from './problem.ts';

/** Where the demo runs: a cluster, a builder, and a registry that both reach. */
export interface Target {
  readonly title: string;
  /** True for the cluster that the repository brings along: nothing of it needs to be checked. */
  readonly ours: boolean;
  readonly kubeconfig: string | null;
  readonly context: string | null;
  /** Prefix of image names, `host:port/ml-deploy-demo`. */
  readonly repository: string;
  readonly insecure: boolean;
  readonly buildctl: string;
  readonly buildkit: string;
  readonly caBundle: string | null;
  /** Address that somebody prepared and that leads to the public Service; null: the Service's own. */
  readonly url: string | null;
  /** Type of the public Service. */
  readonly service: 'ClusterIP' | 'LoadBalancer';
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a person has to give when the demo uses a cluster of their own. */
const needed = {
  DEMO_REPOSITORY:
    'image repository that you may push to and the cluster may pull from, e.g. ghcr.io/you/ml-deploy-demo',
  BUILDKIT_HOST:
    'address of a BuildKit daemon, e.g. tcp://localhost:1234 (docker run --privileged -p 127.0.0.1:1234:1234 moby/buildkit --addr tcp://0.0.0.0:1234)',
};

/**
 * The cluster of DEMO_CONTEXT, else that of kind when it has all that the demo needs, else the real cluster that this repository brings
 * along. `say` gets a line when kind is there and not used.
 */
export async function findTarget(environment: Environment, say: (line: string) => void): Promise<Target> {
  const context = filled(environment['DEMO_CONTEXT']);
  if (context !== null) return ownCluster(environment, context);
  const kind = await findKind(environment, say);
  if (kind === null) return localTarget(say);
  return {
    ...commonFacts(environment),
    ...kind,
    title: `kind (context ${kind.context}, registry ${kind.repository})`,
    insecure: environment['DEMO_INSECURE'] !== '0',
    // The addresses of Services are not reachable from outside of kind's node; a node port of such a Service is.
    service: 'LoadBalancer',
  };
}

function ownCluster(environment: Environment, context: string): Target {
  const missing = Object.entries(needed).filter(([name]) => filled(environment[name]) === null);
  if (missing.length > 0) {
    const list = missing.map(([name, what]) => `  ${name}: ${what}`);
    throw new DemoProblem(`With DEMO_CONTEXT=${context} the demo also needs:\n${list.join('\n')}`);
  }
  return {
    ...commonFacts(environment),
    title: `context ${context}`,
    context,
    repository: repositoryName(environment['DEMO_REPOSITORY'] ?? ''),
    buildkit: environment['BUILDKIT_HOST'] ?? '',
    insecure: environment['DEMO_INSECURE'] === '1',
    service: serviceType(environment),
  };
}

function repositoryName(name: string): string {
  try {
    return parseRepository(name).name;
  } catch (error) {
    throw explained('DEMO_REPOSITORY', error, 'Write it such as ghcr.io/you/ml-deploy-demo.');
  }
}

function serviceType(environment: Environment): Target['service'] {
  const asked = filled(environment['DEMO_SERVICE']) ?? 'ClusterIP';
  if (asked === 'ClusterIP' || asked === 'LoadBalancer') return asked;
  throw new DemoProblem(
    `DEMO_SERVICE=${asked} is not a type of Service that the demo can use: ClusterIP or LoadBalancer.`,
  );
}

function commonFacts(environment: Environment): Pick<Target, 'ours' | 'kubeconfig' | 'buildctl' | 'caBundle' | 'url'> {
  const url = filled(environment['DEMO_URL']);
  if (url !== null && !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new DemoProblem(`DEMO_URL=${url} is not an address such as http://HOST:PORT.`);
  }
  return {
    ours: false,
    kubeconfig: filled(environment['KUBECONFIG']),
    buildctl: filled(environment['BUILDCTL']) ?? 'buildctl',
    caBundle: filled(environment['DEMO_CA_BUNDLE']),
    url,
  };
}

/** An empty variable is the usual way to unset one. */
function filled(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}

async function localTarget(say: (line: string) => void): Promise<Target> {
  const cluster = await ensureCluster({ onProgress: say });
  return {
    title: 'the local test cluster (a real Kubernetes on this machine; `make cluster-down` removes it)',
    ours: true,
    kubeconfig: cluster.kubeconfigPath,
    context: null,
    repository: `${cluster.registry}/ml-deploy-demo`,
    insecure: true,
    buildctl: cluster.state.buildctl,
    buildkit: cluster.buildkitAddress,
    caBundle: cluster.caBundlePath,
    url: null,
    service: 'ClusterIP',
  };
}

/** Environment of the ml-deploy processes that the demo starts; `engineImage` is null before that is built. */
export function environmentOf(target: Target, engineImage: string | null): Record<string, string> {
  // ml-deploy looks buildctl up on PATH.
  const folders = [dirname(process.execPath), ...(isAbsolute(target.buildctl) ? [dirname(target.buildctl)] : [])];
  return {
    ...(process.env as Record<string, string>),
    PATH: [...folders, process.env['PATH'] ?? ''].join(delimiter),
    BUILDKIT_HOST: target.buildkit,
    ...(engineImage === null ? {} : { MLDEPLOY_ENGINE_IMAGE: engineImage }),
    ...(target.kubeconfig === null ? {} : { KUBECONFIG: target.kubeconfig }),
  };
}

/** Writes a file and the folders above it. */
export function writeInto(folder: string, name: string, content: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}
