import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MlDeployError } from '../src/errors.ts';
import type { KubeApi, KubeObject } from '../src/kubernetes/api.ts';
import { resources } from '../src/kubernetes/resources.ts';
import { withApi } from './check.ts';
import { DemoProblem } from './problem.ts';
import { runQuietly } from './run.ts';
import type { Target } from './target.ts';

const podName = 'pull-check';
const patienceMs = 90_000;

/**
 * Proves that BuildKit can push to the registry and that a node can pull from it, with an image of one small file: what fails here would
 * fail only minutes later. Throws a DemoProblem.
 */
export async function checkPull(target: Target, namespace: string): Promise<void> {
  let image: string;
  try {
    image = await pushSmallImage(target);
  } catch (error) {
    throw new DemoProblem(
      `BuildKit (${target.buildkit}) cannot push to ${target.repository}: ${lastLine(error)}\n  The registry must be reachable from where BuildKit runs (in a container: --network host), with credentials in this user's Docker configuration${target.insecure ? '' : '; DEMO_INSECURE=1 allows plain HTTP'}.`,
    );
  }
  await withApi(target, async (api) => {
    await createPod(api, namespace, image);
    try {
      await awaitPull(api, namespace, image);
    } finally {
      await api.delete(resources.pod, namespace, podName, { gracePeriodSeconds: 0 });
    }
  });
}

async function pushSmallImage(target: Target): Promise<string> {
  const context = mkdtempSync(join(tmpdir(), 'ml-deploy-demo-'));
  try {
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n');
    const metadata = join(context, 'metadata.json');
    const repository = `${target.repository}/${podName}`;
    const output = ['type=image', `name=${repository}:demo`, 'push=true', 'oci-mediatypes=true'];
    if (target.insecure) output.push('registry.insecure=true');
    await runQuietly('pushing a very small image', 3, target.buildctl, [
      ...['--addr', target.buildkit, 'build', '--progress', 'plain', '--frontend', 'dockerfile.v0'],
      ...['--local', `context=${context}`, '--local', `dockerfile=${context}`],
      ...['--output', output.join(','), '--metadata-file', metadata],
    ]);
    const { 'containerimage.digest': digest } = JSON.parse(readFileSync(metadata, 'utf8')) as Record<string, string>;
    return `${repository}@${digest ?? ''}`;
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

/** A program that does not exist: the image is pulled, nothing runs. */
async function createPod(api: KubeApi, namespace: string, image: string): Promise<void> {
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName, namespace },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'none',
          image,
          // A copy that the node kept from an earlier run proves nothing.
          imagePullPolicy: 'Always',
          command: ['/none'],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  };
  const deadline = performance.now() + 20_000;
  for (;;) {
    try {
      await api.create(resources.pod, pod);
      return;
    } catch (error) {
      // A new namespace has no ServiceAccount for a moment; an earlier run's pod may still be ending.
      const passes = error instanceof MlDeployError && /^kubernetes\/(forbidden|conflict)$/.test(error.code);
      if (!passes || performance.now() > deadline) throw error;
    }
    await delay(500);
  }
}

async function awaitPull(api: KubeApi, namespace: string, image: string): Promise<void> {
  const deadline = performance.now() + patienceMs;
  let last = 'no node took the pod';
  while (performance.now() < deadline) {
    const { status = {} } = (await api.get(resources.pod, namespace, podName)) as { status?: PodStatus };
    const state = status.containerStatuses?.[0]?.state ?? {};
    const { reason = '', message = '' } = state.waiting ?? {};
    if (state.terminated !== undefined || afterPull.has(reason)) return;
    if (noPull.has(reason)) throw notPulled(image, message === '' ? reason : message);
    const unscheduled = status.conditions?.find((each) => each.type === 'PodScheduled' && each.status === 'False');
    if (unscheduled?.message !== undefined) last = unscheduled.message;
    else if (reason !== '') last = `${reason} ${message}`;
    await delay(300);
  }
  throw new DemoProblem(`A pod with a very small image did not start within ${patienceMs / 1000} s: ${last}`);
}

function notPulled(image: string, why: string): DemoProblem {
  const http = why.includes('HTTP response to HTTPS')
    ? '; a registry with plain HTTP must be allowed in the container runtime of the nodes'
    : '';
  return new DemoProblem(
    `The cluster's nodes cannot pull ${image}: ${why}\n  DEMO_REPOSITORY must name a registry that the nodes reach under the same name, and without credentials${http}.`,
  );
}

const noPull = new Set(['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'RegistryUnavailable']);

/** What a kubelet says of a container whose image it has. */
const afterPull = new Set([
  'CreateContainerError',
  'CreateContainerConfigError',
  'RunContainerError',
  'CrashLoopBackOff',
]);

interface PodStatus {
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  readonly containerStatuses?: readonly {
    readonly state?: {
      readonly waiting?: { readonly reason?: string; readonly message?: string };
      readonly terminated?: unknown;
    };
  }[];
}

function lastLine(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error)).trim().split('\n');
  return (lines.findLast((line) => line.startsWith('error:')) ?? lines.at(-1) ?? '').replace(/^error: /, '');
}
