import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { MlDeployError } from '../src/errors.ts';
import { connect } from '../src/kubernetes/client.ts';
import { resources } from '../src/kubernetes/resources.ts';
import { DemoProblem } from './problem.ts';

/** A kind cluster and how images get into it. */
export interface KindCluster {
  readonly context: string;
  readonly repository: string;
  readonly buildkit: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Why kind is not used, and what to set; not an error unless kind was asked for. */
class NotUsable extends Error {}

const answerMs = 10_000;

/**
 * The kind cluster that the demo may use: the only one, or that which DEMO_KIND names (`none`: do not look). Its registry is found by the
 * ConfigMap `local-registry-hosting` (KEP-1755), BuildKit by BUILDKIT_HOST. Null when there is none, with a line for people when one
 * thing is missing; a DemoProblem when DEMO_KIND names a cluster that cannot be used.
 */
export async function findKind(environment: Environment, say: (line: string) => void): Promise<KindCluster | null> {
  const wanted = environment['DEMO_KIND'] ?? '';
  if (wanted === 'none') return null;
  try {
    const clusters = await listClusters(environment, wanted !== '');
    return clusters === null ? null : await usable(chooseCluster(clusters, wanted), environment);
  } catch (error) {
    if (!(error instanceof NotUsable)) throw error;
    if (wanted !== '') throw new DemoProblem(`DEMO_KIND=${wanted} cannot be used: ${error.message}`);
    say(`kind is not used: ${error.message}`);
    return null;
  }
}

/** Names of kind's clusters; null when kind is not installed and nobody asked for it. */
async function listClusters(environment: Environment, askedFor: boolean): Promise<readonly string[] | null> {
  try {
    const options = { timeout: answerMs, env: environment as Record<string, string> };
    const { stdout } = await promisify(execFile)('kind', ['get', 'clusters'], options);
    return stdout.split('\n').flatMap((line) => line.trim() || []);
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT' && !askedFor) return null;
    if (code === 'ENOENT') throw new NotUsable('there is no program `kind` on PATH.');
    const why = stderr?.trim().split('\n').at(-1) ?? '';
    throw new NotUsable(`\`kind get clusters\` failed${why === '' ? '' : `: ${why}`}`);
  }
}

function chooseCluster(clusters: readonly string[], wanted: string): string {
  const list = clusters.join(', ');
  if (wanted !== '') {
    if (clusters.includes(wanted)) return wanted;
    throw new NotUsable(clusters.length === 0 ? 'kind has no cluster.' : `kind has only: ${list}.`);
  }
  const [only, ...others] = clusters;
  if (only === undefined) throw new NotUsable('it has no cluster; `kind create cluster` makes one.');
  if (others.length > 0) throw new NotUsable(`it has several clusters (${list}); choose one with DEMO_KIND=NAME.`);
  return only;
}

async function usable(cluster: string, environment: Environment): Promise<KindCluster> {
  const context = `kind-${cluster}`;
  const host = await registryOf(context, environment);
  const buildkit = environment['BUILDKIT_HOST'] ?? '';
  if (buildkit === '') {
    throw new NotUsable(
      'BUILDKIT_HOST is not set; start one beside the registry with `docker run -d --privileged --network host moby/buildkit --addr tcp://127.0.0.1:1234` and set BUILDKIT_HOST=tcp://127.0.0.1:1234.',
    );
  }
  return { context, repository: environment['DEMO_REPOSITORY'] || `${host}/ml-deploy-demo`, buildkit };
}

/** `HOST:PORT` of the registry that the cluster's ConfigMap names. */
async function registryOf(context: string, environment: Environment): Promise<string> {
  const name = 'local-registry-hosting';
  let data: Record<string, string> | undefined;
  try {
    const kubeconfig = environment['KUBECONFIG'] || null;
    const api = await connect({ kubeconfig, context, environment: {}, deadlineMs: answerMs });
    try {
      const found = await api.find(resources.configMap, 'kube-public', name);
      data = found?.['data'] as Record<string, string> | undefined;
    } finally {
      api.close();
    }
  } catch (error) {
    if (!(error instanceof MlDeployError)) throw error;
    throw new NotUsable(`${error.message.replace(/\.$/, '')}.`);
  }
  if (data === undefined) {
    throw new NotUsable(
      `context ${context} has no ConfigMap ${name} in kube-public, which would name its registry; make a registry as in https://kind.sigs.k8s.io/docs/user/local-registry/.`,
    );
  }
  const hosting = parseHosting(data['localRegistryHosting.v1'] ?? '');
  const host = hosting['host'];
  if (typeof host !== 'string' || host === '') {
    throw new NotUsable(`ConfigMap kube-public/${name} of ${context} names no \`host\` to push to.`);
  }
  const inside = hosting['hostFromContainerRuntime'];
  if (typeof inside === 'string' && inside !== '' && inside !== host) {
    throw new NotUsable(
      `its nodes know the registry ${host} as ${inside}, and ml-deploy uses one name for both; let the nodes resolve ${host}, or set DEMO_CONTEXT=${context} and DEMO_REPOSITORY.`,
    );
  }
  return host;
}

function parseHosting(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
