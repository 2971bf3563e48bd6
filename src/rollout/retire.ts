import type { KubeObject } from '../kubernetes/api.ts';
import { labels, managedByUs } from '../kubernetes/objects/labels.ts';
import { resources } from '../kubernetes/resources.ts';
import { plural } from '../plural.ts';
import { untilCalm } from './calm.ts';
import { isCode } from './fence.ts';
import { holdsPlace, revisionPods } from './pods.ts';
import { removeRevision, scale } from './restore.ts';
import type { Run } from './run.ts';
import type { Revision } from './state.ts';
import { revisionOf } from './survey.ts';
import { until } from './wait.ts';

/**
 * Removes the revisions that are none of these: what older rollouts, or engines that died, left behind.
 */
export async function removeOthers(run: Run, keep: readonly (Revision | null)[]): Promise<void> {
  const { api, fence, config } = run;
  const names = keep.map((each) => each?.name);
  const selector = `${labels.app}=${config.name},${labels.canary}=on,${labels.managedBy}=${managedByUs}`;
  for (const deployment of await api.list(resources.deployment, config.deploy.namespace, selector)) {
    const revision = revisionOf(deployment);
    if (names.includes(revision.name)) continue;
    await removeRevision(fence, config.name, revision);
    run.record.event('retired', `Removed ${deployment.metadata.name}, a leftover of an earlier revision.`);
  }
  for (const service of await services(run)) {
    const revision = service.metadata.labels?.[labels.revision];
    if (revision === undefined || names.includes(revision)) continue;
    await fence.delete({ resource: resources.service, name: service.metadata.name });
  }
}

/** Services of revisions; none when this account may not list: one too many does no harm. */
async function services({ api, config }: Run): Promise<readonly KubeObject[]> {
  const selector = `${labels.app}=${config.name},${labels.managedBy}=${managedByUs}`;
  try {
    return await api.list(resources.service, config.deploy.namespace, selector);
  } catch (error) {
    if (isCode(error, 'kubernetes/forbidden')) return [];
    throw error;
  }
}

/** Pods of the previous revision that stay; where there is no room for both, none. */
export function keptPods({ config, plan }: Pick<Run, 'config' | 'plan'>): number {
  return plan.strategy === 'recreate' ? 0 : config.rollout.keepPrevious;
}

/**
 * Takes the previous revision's pods out of service without losing a request: they already get no new connections; each then
 * answers what it has, tells kept-alive clients to reconnect, and ends.
 */
export async function drain(run: Run, previous: Revision): Promise<void> {
  const { api, config, fence, record, signal, reporter } = run;
  const keep = keptPods(run);
  const tell = (message: string): void => reporter.note('warning', message);
  await untilCalm(api, { signal, beat: () => run.lease.beat(), tell });
  signal.throwIfAborted();
  const task = reporter.task(`Draining ${previous.name}`, { estimateMs: config.rollout.drainMs + 5000 });
  await scale(fence, previous, keep);
  // preStop, the server's own drain, and the kubelet's margin.
  const timeoutMs = config.rollout.drainMs + 30_000;
  const look = async (): Promise<true | null> => {
    const pods = (await revisionPods(api, config.name, config.deploy.namespace, previous.name)).filter(holdsPlace);
    task.update(`${plural(Math.max(0, pods.length - keep), 'pod')} left`);
    return pods.length <= keep ? true : null;
  };
  const gone = await until(look, { signal, everyMs: 1000, timeoutMs, beat: () => run.lease.beat() });
  if (gone === null)
    reporter.note('warning', `Some pods of ${previous.name} are still ending; Kubernetes will finish that.`);
  task.done();
  record.event('drained', `${previous.name} is drained; ${keep} of its pods stay.`);
}
