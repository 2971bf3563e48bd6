import { connect as connectTcp } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { KubeApi, KubeObject } from '../src/kubernetes/api.ts';
import { resources } from '../src/kubernetes/resources.ts';
import { withApi } from './check.ts';
import { DemoProblem } from './problem.ts';
import type { Target } from './target.ts';

const balancerMs = 60_000;

const otherWays =
  'set DEMO_SERVICE=LoadBalancer (the demo then asks for a load balancer or uses a node port), or DEMO_URL=http://HOST:PORT of an Ingress or route that leads to the Service `tumour` in namespace ml-deploy-demo (not kubectl port-forward, which pins one pod)';

/**
 * Finds out before any work whether live traffic will reach the Service from here: the address of the Service `kubernetes` or of a node
 * stands for it. Throws a DemoProblem that says which other ways there are.
 */
export async function checkEntrance(target: Target): Promise<void> {
  if (target.url !== null) return;
  if (target.service === 'ClusterIP') {
    const service = await withApi(target, (api) => api.find(resources.service, 'default', 'kubernetes'));
    const { clusterIP, ports } = specOf(service);
    const port = ports?.[0]?.port;
    if (clusterIP === undefined || port === undefined || (await answers(clusterIP, port))) return;
    throw new DemoProblem(
      `The addresses of this cluster's Services are not reachable from here (tried ${clusterIP}:${port}), so there would be no live traffic; ${otherWays}.`,
    );
  }
}

/** Where live traffic goes: the address that was given, else the public Service's own. */
export async function serviceUrl(target: Target, namespace: string): Promise<string> {
  if (target.url !== null) return new URL('/predict', target.url).toString();
  return withApi(target, async (api) => {
    const service = await api.get(resources.service, namespace, 'tumour');
    const { clusterIP, ports } = specOf(service);
    const port = ports?.[0]?.port;
    if (clusterIP === undefined || port === undefined) throw new DemoProblem('The Service tumour has no cluster IP.');
    if (target.service === 'ClusterIP') return `http://${hostOf(clusterIP)}:${port}/predict`;
    return `${await outerAddress(api, service, port)}/predict`;
  });
}

/** The load balancer's address when there comes to be one, else a node's with the Service's node port. */
async function outerAddress(api: KubeApi, service: KubeObject, port: number): Promise<string> {
  const nodePort = specOf(service).ports?.[0]?.nodePort;
  const tried = new Set<string>();
  for (const deadline = performance.now() + balancerMs; ;) {
    const now = await api.get(resources.service, service.metadata.namespace ?? null, service.metadata.name);
    const status = now['status'] as ServiceStatus | undefined;
    const candidates: [string, number][] = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => {
      const host = ip ?? hostname;
      return host === undefined ? [] : [[host, port]];
    });
    if (candidates.length === 0 && nodePort !== undefined) {
      candidates.push(...(await nodeAddresses(api)).map((host): [string, number] => [host, nodePort]));
    }
    for (const [host, number] of candidates) {
      if (await answers(host, number)) return `http://${hostOf(host)}:${number}`;
      tried.add(`${host}:${number}`);
    }
    if (performance.now() > deadline) {
      throw new DemoProblem(
        `The Service tumour cannot be reached from here (tried ${[...tried].join(', ') || 'nothing: it has no address'}); set DEMO_URL instead.`,
      );
    }
    await delay(1000);
  }
}

async function nodeAddresses(api: KubeApi): Promise<string[]> {
  const nodes = await api.list(resources.node, null);
  return nodes.flatMap((node) =>
    ((node['status'] as NodeStatus | undefined)?.addresses ?? []).flatMap(({ type, address }) =>
      type.endsWith('IP') ? [address] : [],
    ),
  );
}

/** Whether something accepts connections there. */
function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp({ host, port, timeout: 3000 });
    const end = (result: boolean) => () => {
      socket.destroy();
      resolve(result);
    };
    socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false));
  });
}

const hostOf = (address: string): string => (address.includes(':') ? `[${address}]` : address);

interface ServiceSpec {
  readonly clusterIP?: string;
  readonly ports?: readonly { readonly port: number; readonly nodePort?: number }[];
}

interface ServiceStatus {
  readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] };
}

interface NodeStatus {
  readonly addresses?: readonly { readonly type: string; readonly address: string }[];
}

function specOf(service: KubeObject | null): ServiceSpec {
  return service?.['spec'] ?? {};
}
