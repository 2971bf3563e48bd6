import type { JsonPatch } from '../../kubernetes/api.ts';
import { resources } from '../../kubernetes/resources.ts';
import type { Run } from '../run.ts';
import { providerFor } from './index.ts';
import { trafficObjects } from '../unsettled.ts';

/**
 * Type of the public Service, and where a route of our own listens, as the configuration wants them.
 */
export async function settleTraffic(run: Pick<Run, 'api' | 'config' | 'fence'>): Promise<void> {
  const { api, config, fence } = run;
  const { namespace } = config.deploy;
  const owned = providerFor(config.rollout).owned(config, '', fence.epoch);
  const [service, route] = await Promise.all([
    api.find(resources.service, namespace, config.name),
    owned === null ? null : api.find(owned.resource, namespace, config.name),
  ]);
  for (const { object, resource, fields } of trafficObjects(config, service, route)) {
    const operations: JsonPatch = Object.entries(fields).map(
      ([field, value]) => ({ op: 'add', path: `/spec/${field}`, value }) as const,
    );
    if (operations.length > 0) await fence.patch({ resource, name: object.metadata.name }, operations);
  }
}
