import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, delimiter, join } from 'node:path';
import { ensureCluster } from '../test/cluster/cluster.ts';

/** Where the demo runs: a cluster, a builder, and a registry that both reach. */
export interface Target {
  readonly title: string;
  readonly kubeconfig: string | null;
  readonly context: string | null;
  /** Prefix of image names, `host:port/ml-deploy-demo`. */
  readonly repository: string;
  readonly insecure: boolean;
  readonly buildctl: string;
  readonly buildkit: string;
  readonly caBundle: string | null;
  /** Address of the public Service, when something other than its cluster IP leads to it. */
  readonly url: string | null;
}

/** What a person has to give when the demo uses a cluster of their own. */
const ownCluster = {
  DEMO_REPOSITORY:
    'image repository that you may push to and the cluster may pull from, e.g. ghcr.io/you/ml-deploy-demo',
  BUILDKIT_HOST:
    'address of a BuildKit daemon, e.g. tcp://localhost:1234 (docker run --privileged -p 1234:1234 moby/buildkit --addr tcp://0.0.0.0:1234)',
  DEMO_URL:
    'http://HOST:PORT that leads to the Service `tumour` in namespace ml-deploy-demo (a LoadBalancer or an Ingress; not kubectl port-forward, which pins one pod)',
};

/** The cluster of DEMO_CONTEXT, else the real cluster that this repository brings along. */
export async function findTarget(say: (line: string) => void): Promise<Target> {
  const { DEMO_CONTEXT: context, DEMO_REPOSITORY: repository, BUILDKIT_HOST: buildkit, DEMO_URL: url } = process.env;
  if (context === undefined || context === '') return localTarget(say);
  if (repository === undefined || buildkit === undefined) {
    const needed = Object.entries(ownCluster)
      .filter(([name]) => process.env[name] === undefined)
      .map(([name, what]) => `  ${name}: ${what}`);
    throw new DemoProblem(`With DEMO_CONTEXT=${context} the demo also needs:\n${needed.join('\n')}`);
  }
  return {
    title: `context ${context}`,
    kubeconfig: process.env['KUBECONFIG'] ?? null,
    context,
    repository,
    insecure: process.env['DEMO_INSECURE'] === '1',
    buildctl: process.env['BUILDCTL'] ?? 'buildctl',
    buildkit,
    caBundle: process.env['DEMO_CA_BUNDLE'] ?? null,
    url: url ?? null,
  };
}

async function localTarget(say: (line: string) => void): Promise<Target> {
  const cluster = await ensureCluster({ onProgress: say });
  return {
    title: 'the local test cluster (a real Kubernetes on this machine; `make cluster-down` removes it)',
    kubeconfig: cluster.kubeconfigPath,
    context: null,
    repository: `${cluster.registry}/ml-deploy-demo`,
    insecure: true,
    buildctl: cluster.state.buildctl,
    buildkit: cluster.buildkitAddress,
    caBundle: cluster.caBundlePath,
    url: null,
  };
}

/** Environment of the ml-deploy processes that the demo starts. */
export function environmentOf(target: Target, engineImage: string): Record<string, string> {
  const path = [dirname(process.execPath), dirname(target.buildctl), process.env['PATH'] ?? ''].join(delimiter);
  return {
    ...(process.env as Record<string, string>),
    PATH: path,
    BUILDKIT_HOST: target.buildkit,
    MLDEPLOY_ENGINE_IMAGE: engineImage,
    ...(target.kubeconfig === null ? {} : { KUBECONFIG: target.kubeconfig }),
  };
}

/** Writes a file and the folders above it. */
export function writeInto(folder: string, name: string, content: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}

/** Something the person who runs the demo has to mend; shown without a stack trace. */
export class DemoProblem extends Error {}
