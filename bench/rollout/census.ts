import type { Cluster } from '../../test/cluster/cluster.ts';

/** How many pods that load the model a release took. */
export interface Census {
  /** Pods that were started since the census began: each is one load of the model. */
  readonly loads: number;
  /** Most pods at a time, starting and ending ones included: each holds its GPU. */
  readonly peak: number;
}

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly uid: string };
    readonly spec: { readonly containers: readonly { readonly image: string }[] };
    readonly status: { readonly phase: string };
  }[];
}

/**
 * Counts the pods of an image in a namespace, twice a second.
 * @returns call it to end the census
 */
export async function census(cluster: Cluster, namespace: string, image: string): Promise<() => Promise<Census>> {
  const look = async (): Promise<string[]> => {
    const { items } = await cluster.get<Pods>('pods', '-n', namespace);
    return items
      .filter(({ spec, status }) => spec.containers[0]?.image === image && /Pending|Running/.test(status.phase))
      .map(({ metadata }) => metadata.uid);
  };
  const before = new Set(await look());
  const seen = new Set<string>();
  let peak = before.size;
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const present = await look().catch(() => []);
      peak = Math.max(peak, present.length);
      for (const uid of present) if (!before.has(uid)) seen.add(uid);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  })();
  return async () => {
    over.abort();
    await watching;
    return { loads: seen.size, peak };
  };
}
