import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prometheus as recipe } from '../build/recipes/prometheus.ts';
import { until } from '../poll.ts';
import { keyFiles } from '../services/credentials.ts';
import type { Addon } from './addon.ts';
import { metricsPort } from './traefik.ts';

const port = 9090;

/** Prometheus that scrapes every pod annotated `prometheus.io/scrape: "true"`, and Traefik where it runs, once a second. */
export const prometheus: Addon = {
  name: 'prometheus',
  recipes: [recipe],
  seconds: 3,
  async start({ cluster, binInside, folder, startService }) {
    const address = cluster.network.nodeAddress;
    const annotation = '__meta_kubernetes_pod_annotation_prometheus_io';
    const config = {
      global: { scrape_interval: '1s', scrape_timeout: '1s' },
      scrape_configs: [
        {
          job_name: 'pods',
          kubernetes_sd_configs: [{ role: 'pod', kubeconfig_file: keyFiles.adminKubeconfig }],
          relabel_configs: [
            { source_labels: [`${annotation}_scrape`], regex: 'true', action: 'keep' },
            {
              source_labels: ['__meta_kubernetes_pod_ip', `${annotation}_port`],
              separator: ':',
              target_label: '__address__',
            },
            { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
            { source_labels: ['__meta_kubernetes_pod_name'], target_label: 'pod' },
            { regex: '__meta_kubernetes_pod_label_(.+)', action: 'labelmap' },
          ],
        },
        { job_name: 'traefik', static_configs: [{ targets: [`${address}:${metricsPort}`] }] },
      ],
    };
    writeFileSync(join(folder.outside, 'prometheus.yml'), JSON.stringify(config, null, 2));
    startService({
      name: 'prometheus',
      command: [
        `${binInside(recipe)}/prometheus`,
        `--config.file=${folder.inside}/prometheus.yml`,
        `--storage.tsdb.path=${folder.inside}/data`,
        `--web.listen-address=${address}:${port}`,
      ],
    });
    const url = `http://${address}:${port}`;
    await until('Prometheus', async () => (await fetch(`${url}/-/ready`)).ok, {
      hint: () => `see ${join(cluster.folder, 'logs/prometheus.log')}`,
    });
    return { url };
  },
};
