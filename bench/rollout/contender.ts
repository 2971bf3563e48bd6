import type { Cluster } from '../../test/cluster/cluster.ts';

/** What is released: the share of its answers that are errors decides whether it is good. */
export interface Version {
  readonly name: string;
  /** 0..1 */
  readonly errorRate: number;
}

/** Where one contender works: a namespace of its own, the same image for all. */
export interface Ground {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly image: string;
}

/** Where its clients send their requests. */
export interface Address {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type Outcome = 'promoted' | 'rolled back';

/** A tool that rolls a version out. To add one: a file in contenders/ and a line in index.ts. */
export interface Contender {
  readonly name: string;
  /** Its settings in one line, and where they come from. */
  readonly settings: string;
  /** Add-ons of the test cluster that it needs. */
  readonly components: readonly string[];
  /**
   * Deploys the first version and waits until it serves.
   * @param haste divides the waiting times of the settings; 1 is what the documentation says
   */
  install(ground: Ground, version: Version, haste: number): Promise<Address>;
  /** Releases a version and waits until the tool says that it is over. */
  release(ground: Ground, version: Version): Promise<Outcome>;
  /** Removes what outlives the namespace. */
  end(ground: Ground): Promise<void>;
}

/** Name of the model that everybody serves. */
export const model = 'fraud';

/** Pods that the stable version has everywhere. */
export const replicas = 5;

/**
 * The pod of one version for tools that take a pod template: the same container everywhere.
 */
export function podTemplate({ image }: Ground, version: Version, app: string): Record<string, unknown> {
  return {
    metadata: {
      labels: { app },
      annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8000' },
    },
    spec: {
      terminationGracePeriodSeconds: 30,
      containers: [
        {
          name: 'server',
          image,
          ports: [{ name: 'http', containerPort: 8000 }],
          env: [
            { name: 'MLDEPLOY_REVISION', value: version.name },
            { name: 'FAKE_ERROR_RATE', value: String(version.errorRate) },
          ],
          readinessProbe: { httpGet: { path: '/readyz', port: 8000 }, periodSeconds: 1 },
          lifecycle: { preStop: { exec: { command: ['sleep', '5'] } } },
          resources: { requests: { cpu: '10m', memory: '64Mi' } },
        },
      ],
    },
  };
}
