import { inside } from '../namespaces.ts';
import type { Network } from '../network.ts';
import { keyFiles } from './credentials.ts';
import type { Service } from './service.ts';

/** Port of the API server on the node's address. */
export const apiPort = 6443;

const etcdUrl = 'http://127.0.0.1:2379';
const peerUrl = 'http://127.0.0.1:2380';

/**
 * etcd and the API server, which everything else waits for.
 * @param bin folder of the programs
 * @param network addresses
 * @returns services in the order of their start
 */
export function storeAndApi(bin: string, network: Network): Service[] {
  return [
    {
      name: 'etcd',
      command: [
        `${bin}/etcd`,
        '--name=default',
        `--data-dir=${inside.state}/etcd`,
        `--listen-client-urls=${etcdUrl}`,
        `--advertise-client-urls=${etcdUrl}`,
        `--listen-peer-urls=${peerUrl}`,
        `--initial-advertise-peer-urls=${peerUrl}`,
        `--initial-cluster=default=${peerUrl}`,
        '--unsafe-no-fsync', // a test cluster that loses power is thrown away
        '--log-level=warn',
      ],
    },
    {
      name: 'kube-apiserver',
      command: [
        `${bin}/kube-apiserver`,
        `--etcd-servers=${etcdUrl}`,
        '--bind-address=0.0.0.0',
        `--secure-port=${apiPort}`,
        `--advertise-address=${network.nodeAddress}`,
        `--cert-dir=${keyFiles.serving}`,
        `--token-auth-file=${keyFiles.tokens}`,
        '--authorization-mode=Node,RBAC',
        `--service-account-key-file=${keyFiles.serviceAccountPublic}`,
        `--service-account-signing-key-file=${keyFiles.serviceAccountPrivate}`,
        '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
        `--service-cluster-ip-range=${network.serviceCidr}`,
        '--kubelet-preferred-address-types=InternalIP', // else logs and exec look the node's name up
        '--allow-privileged=true',
        '--feature-gates=ImageVolume=true', // as it is from 1.35 on; only the node `image-volumes` mounts them
        '--profiling=false',
      ],
    },
  ];
}

/**
 * The loops that make the cluster live.
 * @param bin folder of the programs
 * @returns services
 */
export function controllers(bin: string): Service[] {
  return [
    {
      name: 'kube-controller-manager',
      command: [
        `${bin}/kube-controller-manager`,
        `--kubeconfig=${keyFiles.adminKubeconfig}`,
        `--service-account-private-key-file=${keyFiles.serviceAccountPrivate}`,
        `--root-ca-file=${keyFiles.authority}`,
        '--use-service-account-credentials=true',
        '--leader-elect=false',
      ],
    },
    {
      name: 'kube-scheduler',
      command: [`${bin}/kube-scheduler`, `--kubeconfig=${keyFiles.adminKubeconfig}`, '--leader-elect=false'],
    },
  ];
}
