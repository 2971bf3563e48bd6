import { join } from 'node:path';
import { gatewayApi } from '../build/recipes/gateway-api.ts';
import { traefik as recipe } from '../build/recipes/traefik.ts';
import { until } from '../poll.ts';
import { keyFiles } from '../services/credentials.ts';
import type { Addon } from './addon.ts';

const entryPort = 8000;
/** Where its metrics page is, at the node's address. */
export const metricsPort = 8001;
const gateway = { name: 'public', namespace: 'gateway' };

interface GatewayStatus {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Gateway API with Traefik behind it: one Gateway that takes routes from every namespace. */
export const traefik: Addon = {
  name: 'traefik',
  recipes: [gatewayApi, recipe],
  seconds: 6,
  async start({ cluster, built, binInside, startService }) {
    const definitions = join(built(gatewayApi).files, 'config/crd/standard');
    await cluster.kubectl(['apply', '--server-side', '-f', definitions]);
    await cluster.kubectl(['wait', '--for=condition=Established', '-f', definitions, '--timeout=30s']);
    const address = cluster.network.nodeAddress;
    startService({
      name: 'traefik',
      command: [
        `${binInside(recipe)}/traefik`,
        '--providers.kubernetesgateway=true',
        `--entrypoints.web.address=${address}:${entryPort}`,
        `--entrypoints.metrics.address=${address}:${metricsPort}`,
        '--metrics.prometheus=true',
        '--metrics.prometheus.entrypoint=metrics',
        '--metrics.prometheus.addserviceslabels=true',
        '--ping=true',
        '--ping.entrypoint=metrics',
        '--global.checknewversion=false',
        '--global.sendanonymoususage=false',
        '--log.level=INFO',
      ],
      env: { KUBECONFIG: keyFiles.adminKubeconfig },
    });
    await cluster.apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: gateway.namespace } },
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'GatewayClass',
        metadata: { name: 'traefik' },
        spec: { controllerName: 'traefik.io/gateway-controller' },
      },
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'Gateway',
        metadata: gateway,
        spec: {
          gatewayClassName: 'traefik',
          // Traefik joins a listener to the entry point with the same port.
          listeners: [
            { name: 'web', protocol: 'HTTP', port: entryPort, allowedRoutes: { namespaces: { from: 'All' } } },
          ],
        },
      },
    );
    await until('Traefik', async () => (await fetch(`http://${address}:${metricsPort}/ping`)).ok, {
      hint: () => `see ${join(cluster.folder, 'logs/traefik.log')}`,
    });
    await until('the Gateway', async () => {
      const { status } = await cluster.get<GatewayStatus>('gateway', gateway.name, '-n', gateway.namespace);
      return status?.conditions?.some(({ type, status }) => type === 'Programmed' && status === 'True');
    });
    return {
      url: `http://${address}:${entryPort}`,
      gateway: gateway.name,
      namespace: gateway.namespace,
      metrics: `http://${address}:${metricsPort}/metrics`,
    };
  },
};
