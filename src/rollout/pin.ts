import { resources } from '../kubernetes/resources.ts';
import { plural } from '../plural.ts';
import { scalingTo } from './restore.ts';
import type { Run } from './run.ts';
import { resized } from './sizing.ts';
import type { Revision } from './state.ts';

/**
 * Pins the stable revision's autoscaler to the pods it has now, so that shares and load per pod hold still while the candidate is
 * judged. It may have scaled since the plan was made: then the candidate's size and the shares in `run.plan` follow. The bounds it had
 * are in the state before this is called. Returns the stable revision with its size.
 */
export async function pinScaling(run: Run, stable: Revision): Promise<Revision> {
  const { api, config, fence, store, record } = run;
  if ((store.state?.scaling ?? null) === null) return stable;
  const deployment = await api.find(resources.deployment, config.deploy.namespace, stable.deployment);
  const spec = deployment?.['spec'] as { readonly replicas?: number } | undefined;
  const replicas = Math.max(1, spec?.replicas ?? stable.replicas);
  if (replicas !== stable.replicas) {
    run.plan = resized(run.plan, config, replicas);
    await store.update({ stable: run.plan.stable, candidate: run.plan.candidate });
    record.event(
      'resized',
      `The autoscaler took ${stable.name} from ${stable.replicas} to ${plural(replicas, 'pod')} since the plan was made; sizes and shares follow.`,
    );
  }
  await scalingTo(fence, config.name, stable, { min: replicas, max: replicas });
  return { ...stable, replicas };
}
