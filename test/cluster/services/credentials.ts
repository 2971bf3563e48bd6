import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inside } from '../namespaces.ts';

/** Files of a cluster's keys and tokens, inside the namespaces. */
export const keyFiles = {
  tokens: `${inside.state}/keys/tokens.csv`,
  serviceAccountPrivate: `${inside.state}/keys/service-account.key`,
  serviceAccountPublic: `${inside.state}/keys/service-account.pub`,
  serving: `${inside.state}/keys/serving`,
  authority: `${inside.state}/keys/serving/apiserver.crt`,
  adminKubeconfig: `${inside.state}/kubeconfig`,
  nodeKubeconfig: `${inside.state}/keys/node.kubeconfig`,
};

/**
 * Makes the keys and tokens of a new cluster.
 * @param folder state folder
 * @param nodes names of the nodes
 */
export function makeCredentials(folder: string, nodes: readonly string[]): void {
  const keys = join(folder, 'keys');
  mkdirSync(keys, { recursive: true, mode: 0o700 });
  const token = (): string => randomBytes(24).toString('hex');
  const lines = [
    `${token()},admin,admin,"system:masters"`,
    ...nodes.map((node) => `${token()},${nodeUser(node)},${node},"system:nodes"`),
  ];
  writeFileSync(join(keys, 'tokens.csv'), lines.join('\n') + '\n', { mode: 0o600 });
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  writeFileSync(join(keys, 'service-account.key'), pair.privateKey, { mode: 0o600 });
  writeFileSync(join(keys, 'service-account.pub'), pair.publicKey);
}

/**
 * User name of a node, as the Node authorizer wants it.
 * @param node name of the node
 * @returns user name
 */
export function nodeUser(node: string): string {
  return `system:node:${node}`;
}

/**
 * Looks up the token of a user.
 * @param folder state folder
 * @param user user name
 * @returns token
 * @throws Error when the cluster was made without that user
 */
export function tokenOf(folder: string, user: string): string {
  const lines = readFileSync(join(folder, 'keys/tokens.csv'), 'utf8').split('\n');
  const token = lines.map((line) => line.split(',')).find((fields) => fields[1] === user)?.[0];
  if (token === undefined) throw new Error(`the cluster in ${folder} has no user ${user}`);
  return token;
}

/**
 * Certificate that the API server made for itself, and that all its clients trust.
 * @param folder state folder
 * @returns PEM
 */
export function authority(folder: string): string {
  return readFileSync(join(folder, 'keys/serving/apiserver.crt'), 'utf8');
}

/**
 * Writes a kubeconfig; it names no files, so it works wherever it is copied to.
 * @param file where to
 * @param access API server, its certificate, the user's token and default namespace
 */
export function writeKubeconfig(
  file: string,
  access: { server: string; authority: string; token: string; user: string; namespace?: string },
): void {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'ml-deploy-test',
    clusters: [
      {
        name: 'ml-deploy-test',
        cluster: {
          server: access.server,
          'certificate-authority-data': Buffer.from(access.authority).toString('base64'),
        },
      },
    ],
    users: [{ name: access.user, user: { token: access.token } }],
    contexts: [
      {
        name: 'ml-deploy-test',
        context: { cluster: 'ml-deploy-test', user: access.user, namespace: access.namespace ?? 'default' },
      },
    ],
  };
  writeFileSync(file, JSON.stringify(config, null, 2) + '\n', { mode: 0o600 });
}
