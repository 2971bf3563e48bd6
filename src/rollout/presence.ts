import { MlDeployError } from '../errors.ts';
import { resources } from '../kubernetes/resources.ts';
import { trafficFacts } from './run.ts';
import type { Run } from './run.ts';
import type { Revision } from './state.ts';

/**
 * Makes sure that everything that directs the traffic exists: without it new clients reach nobody, which must not last until the end of a
 * step. Throws `rollout/traffic-object-gone`.
 */
export async function requireTraffic(run: Pick<Run, 'api' | 'config' | 'plan'>): Promise<void> {
  const { api, config, plan } = run;
  for (const { resource, name } of plan.provider.objects(trafficFacts(run))) {
    const there = await api.find(resource, config.deploy.namespace, name);
    if (there === null || there.metadata.deletionTimestamp !== undefined) throw trafficObjectGone(name);
  }
}

/**
 * Makes sure that a stable revision without ready pods still has its Deployment: a candidate is not judged against nothing. Throws
 * `rollout/stable-gone`.
 */
export async function requireStable({ api, config }: Pick<Run, 'api' | 'config'>, stable: Revision): Promise<void> {
  const there = await api.find(resources.deployment, config.deploy.namespace, stable.deployment);
  if (there !== null && there.metadata.deletionTimestamp === undefined) return;
  throw new MlDeployError({
    code: 'rollout/stable-gone',
    kind: 'infrastructure',
    message: `Deployment ${stable.deployment} of the stable revision was deleted by somebody else during the rollout.`,
    hint: 'Find out who deleted it. It is made again from its record; the candidate keeps the traffic until pods of it are ready.',
  });
}

/**
 * The error for a Service or route that is not there any more.
 */
export function trafficObjectGone(name: string): MlDeployError {
  return new MlDeployError({
    code: 'rollout/traffic-object-gone',
    kind: 'infrastructure',
    message: `The traffic object ${name} was deleted by somebody else during the rollout.`,
    hint: "Find out who deleted it. What is ml-deploy's own is made again at once, with all traffic on the stable revision.",
  });
}
