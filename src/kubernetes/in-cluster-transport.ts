import { existsSync, readFileSync } from 'node:fs';
import { Agent, request as httpsRequest } from 'node:https';
import { MlDeployError } from '../errors.ts';
import type { Reply, Request, Transport } from './api.ts';
import { brokenConnection, withDeadline } from './connection.ts';

const accountMount = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The environment a pod gets from Kubernetes. */
export interface InClusterEnvironment {
  readonly KUBERNETES_SERVICE_HOST?: string | undefined;
  readonly KUBERNETES_SERVICE_PORT?: string | undefined;
}

/** True inside a pod with a mounted service account. */
export function runsInCluster(environment: InClusterEnvironment, accountFolder = accountMount): boolean {
  return environment.KUBERNETES_SERVICE_HOST !== undefined && existsSync(`${accountFolder}/token`);
}

/**
 * A transport with the pod's own service account, on node:https alone: the watchdog stays small because it never loads the client
 * library. The token file is read anew for each request, since Kubernetes rotates it. `accountFolder` is where the account is mounted.
 */
export function inClusterTransport(environment: InClusterEnvironment, accountFolder = accountMount): Transport {
  const host = environment.KUBERNETES_SERVICE_HOST;
  if (host === undefined || !runsInCluster(environment, accountFolder)) {
    throw new MlDeployError({
      code: 'kubernetes/not-in-cluster',
      kind: 'usage',
      message: 'This command runs inside a cluster only: no service account is mounted here.',
      hint: 'Pass --kubeconfig to work from outside.',
    });
  }
  const port = environment.KUBERNETES_SERVICE_PORT ?? '443';
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const agent = new Agent({ keepAlive: true, maxSockets: 4, ca: readFileSync(`${accountFolder}/ca.crt`) });

  const sendOnce = (request: Request, signal: AbortSignal): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const call = httpsRequest(
        new URL(request.path, `${server}/`),
        {
          method: request.method,
          agent,
          signal,
          headers: {
            Authorization: `Bearer ${readFileSync(`${accountFolder}/token`, 'utf8').trim()}`,
            Accept: 'application/json',
            ...(request.body === undefined
              ? {}
              : {
                  'Content-Type': request.contentType ?? 'application/json',
                  'Content-Length': Buffer.byteLength(request.body),
                }),
          },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () => {
            const headers: Record<string, string> = {};
            for (const [name, value] of Object.entries(answer.headers)) headers[name] = String(value);
            resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8'), headers });
          });
        },
      );
      call.on('error', reject);
      call.end(request.body);
    });

  return {
    server,
    namespace: readFileSync(`${accountFolder}/namespace`, 'utf8').trim(),
    async send(request) {
      try {
        return await withDeadline(request, (signal) => sendOnce(request, signal));
      } catch (error) {
        throw brokenConnection(error, server);
      }
    },
    // Only a smoke test does that: the watchdog goes on without the library.
    exec: async (request) => {
      const { KubeConfig } = await import('@kubernetes/client-node');
      const { openExec } = await import('./exec.ts');
      const config = new KubeConfig();
      const tokenFile = `${accountFolder}/token`;
      config.loadFromOptions({
        clusters: [{ name: 'here', server, caFile: `${accountFolder}/ca.crt`, skipTLSVerify: false }],
        users: [{ name: 'account', authProvider: { name: 'tokenFile', config: { tokenFile } } }],
        contexts: [{ name: 'here', cluster: 'here', user: 'account' }],
        currentContext: 'here',
      });
      return openExec(config, server, request);
    },
    close: () => agent.destroy(),
  };
}
