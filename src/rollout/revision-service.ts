import type { KubeObject } from '../kubernetes/api.ts';
import { ownedBy, revisionService } from '../kubernetes/objects/service.ts';
import type { ServiceFacts } from '../kubernetes/objects/service.ts';
import { resources } from '../kubernetes/resources.ts';
import type { Fence } from './fence.ts';
import { revisionServiceRef } from './names.ts';

/**
 * Creates the Service of a revision. One that belongs to a Deployment of this name that was deleted would be removed with it in a moment,
 * so it gets the present one as its owner.
 */
export async function createRevisionService(
  fence: Fence,
  facts: ServiceFacts,
  revision: string,
  deployment: KubeObject,
): Promise<void> {
  const there = await fence.create(resources.service, revisionService(facts, revision, fence.epoch, deployment));
  const owner = ownedBy(deployment);
  if (there.metadata.ownerReferences?.some(({ uid }) => uid === owner.uid) === true) return;
  const ref = revisionServiceRef(facts.name, revision);
  await fence.patch(ref, [{ op: 'add', path: '/metadata/ownerReferences', value: [owner] }]);
}
