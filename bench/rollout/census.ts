import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Cluster } from '../../test/cluster/cluster.ts';

/** How many pods that load the model a release took. */
export interface Census {
  /** Pods that were started since the census began: each is one load of the model. */
  readonly loads: number;
  /** Most pods at a time, starting and ending ones included: each holds its GPU. */
  readonly peak: number;
}

interface Pod {
  readonly metadata: { readonly uid: string };
  readonly spec: { readonly containers: readonly { readonly image: string }[] };
  readonly status: { readonly phase: string };
}

interface Event {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: Pod;
}

/**
 * Counts the pods of an image in a namespace, by watching: no pod is too short-lived to be counted.
 * @returns call it to end the census
 */
export async function census(cluster: Cluster, namespace: string, image: string): Promise<() => Promise<Census>> {
  const holds = ({ spec, status }: Pod): boolean =>
    spec.containers[0]?.image === image && /Pending|Running/.test(status.phase);
  const { items } = await cluster.get<{ readonly items: readonly Pod[] }>('pods', '-n', namespace);
  const before = new Set(items.filter(holds).map(({ metadata }) => metadata.uid));
  const present = new Set(before);
  const seen = new Set(before);
  let peak = before.size;
  const note = ({ type, object }: Event): void => {
    const { uid } = object.metadata;
    if (type === 'DELETED' || !holds(object)) {
      present.delete(uid);
      return;
    }
    present.add(uid);
    seen.add(uid);
    peak = Math.max(peak, present.size);
  };
  const over = new AbortController();
  const watch = async (): Promise<void> => {
    // The API server ends every watch after a while; the next one begins with all that is there.
    while (!over.signal.aborted) {
      const words = ['get', 'pods', '-n', namespace, '-o', 'json', '--watch', '--output-watch-events'];
      const kubectl = spawn(cluster.state.kubectl, ['--kubeconfig', cluster.kubeconfigPath, ...words], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      over.signal.addEventListener('abort', () => kubectl.kill(), { once: true });
      present.clear();
      createInterface({ input: kubectl.stdout }).on('line', (line) => note(JSON.parse(line) as Event));
      await new Promise((resolve) => kubectl.once('close', resolve));
    }
  };
  const watching = watch();
  return async () => {
    over.abort();
    await watching;
    return { loads: seen.size - before.size, peak };
  };
}
