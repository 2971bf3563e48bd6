import { setTimeout as delay } from 'node:timers/promises';
import { MlDeployError } from '../../errors.ts';
import type { Resource } from '../../kubernetes/api.ts';
import { publicService } from '../../kubernetes/objects/service.ts';
import { resources } from '../../kubernetes/resources.ts';
import type { Run } from '../run.ts';

/** How long a deleted Service may take to go: its load balancer is removed first. */
const goneMs = 60_000;

type Creator = Pick<Run, 'api' | 'config' | 'fence' | 'plan'> & Partial<Pick<Run, 'lease'>>;

/**
 * The public Service and, where a route of our own directs the traffic, that route, if they are not there yet; all traffic to
 * `revision`. One that is being deleted is waited for (`rollout/traffic-object-gone` when it stays).
 */
export async function createTraffic(run: Creator, revision: string): Promise<void> {
  const { config, fence, plan } = run;
  if (await isAbsent(run, resources.service))
    await fence.create(resources.service, publicService(config, revision, fence.epoch));
  const route = plan.provider.owned(config, revision, fence.epoch);
  if (route !== null && (await isAbsent(run, route.resource))) await fence.create(route.resource, route.object);
}

async function isAbsent({ api, config, lease }: Creator, resource: Resource): Promise<boolean> {
  const deadline = performance.now() + goneMs;
  for (;;) {
    const there = await api.find(resource, config.deploy.namespace, config.name);
    if (there === null) return true;
    if (there.metadata.deletionTimestamp === undefined) return false;
    if (performance.now() >= deadline) {
      throw new MlDeployError({
        code: 'rollout/traffic-object-gone',
        kind: 'infrastructure',
        message: `${resource.kind} ${config.name} was deleted and is still ending after ${goneMs / 1000} s.`,
        hint: 'Look at its finalizers: what has to remove them may not run any more.',
      });
    }
    await lease?.beat();
    await delay(500);
  }
}
