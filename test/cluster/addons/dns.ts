import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { coredns } from '../build/recipes/coredns.ts';
import { until } from '../poll.ts';
import { keyFiles } from '../services/credentials.ts';
import { restartService } from '../services/service.ts';
import { runInside } from '../namespaces.ts';
import type { Addon } from './addon.ts';
import { secondNodeFolder } from './second-node.ts';

/** Cluster DNS: pods started from now on resolve `service.namespace.svc.cluster.local`. */
export const dns: Addon = {
  name: 'dns',
  recipes: [coredns],
  seconds: 3,
  async start({ cluster, binInside, folder, startService }) {
    const address = cluster.network.nodeAddress;
    const corefile = `.:53 {
  bind ${address}
  errors
  ready ${address}:8181
  kubernetes cluster.local {
    kubeconfig ${keyFiles.adminKubeconfig} ml-deploy-test
  }
  forward . /etc/resolv.conf
  cache 5
}
`;
    writeFileSync(join(folder.outside, 'Corefile'), corefile);
    startService({ name: 'coredns', command: [`${binInside(coredns)}/coredns`, '-conf', `${folder.inside}/Corefile`] });

    for (const node of [cluster.folder, secondNodeFolder(cluster.folder)]) {
      const file = join(node, 'node/kubelet.json');
      if (!existsSync(file)) continue;
      const config = JSON.parse(readFileSync(file, 'utf8')) as { clusterDNS?: string[] };
      if (!config.clusterDNS) {
        writeFileSync(file, JSON.stringify({ ...config, clusterDNS: [address] }, null, 2));
        restartService(node, 'kubelet');
      }
    }
    await until('cluster DNS', async () => (await fetch(`http://${address}:8181/ready`)).ok);
    const { init } = cluster;
    await until('the kubelet after its restart', async () => {
      const answer = await runInside(init, 'busybox', ['wget', '-q', '-O-', 'http://127.0.0.1:10248/healthz']);
      return answer.stdout === 'ok';
    });
    return { address };
  },
};
