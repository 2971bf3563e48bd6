import { MlDeployError } from '../errors.ts';
import type { KubeObject } from '../kubernetes/api.ts';
import { fieldManager } from '../kubernetes/kube-api.ts';
import { resources } from '../kubernetes/resources.ts';
import { epochOf, superseded } from './fence.ts';
import { describe } from './names.ts';
import { trafficFacts } from './run.ts';
import type { Run } from './run.ts';
import type { Revision } from './state.ts';
import { takerOf } from './taker.ts';
import { isAsWritten } from './traffic/as-written.ts';
import type { Split } from './traffic/provider.ts';

/**
 * Makes sure that everything that directs the traffic exists and says what was written (null: nothing yet): what clients get must not be
 * somebody else's choice until the end of a step, nor be judged as if it were ours. Throws `rollout/traffic-object-gone`,
 * `rollout/traffic-turned`, or `rollout/superseded` when it was another engine.
 */
export async function requireTraffic(
  run: Pick<Run, 'api' | 'config' | 'plan' | 'fence'>,
  written: Split | string | null,
): Promise<void> {
  const { api, config, plan, fence } = run;
  for (const object of plan.provider.objects(trafficFacts(run))) {
    const there = await api.find(object.resource, config.deploy.namespace, object.name);
    if (there === null || there.metadata.deletionTimestamp !== undefined) throw trafficObjectGone(object.name);
    const epoch = epochOf(there, object);
    if (epoch > fence.epoch) throw superseded(object, fence.epoch, epoch, takerOf(there, object));
    if (written !== null && !isAsWritten(object, there, written)) throw turned(there);
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

/** Whoever turns the traffic by hand has a reason that no statistics know: a person decides. */
function turned(there: KubeObject): MlDeployError {
  return new MlDeployError({
    code: 'rollout/traffic-turned',
    kind: 'inconclusive',
    message: `${describe(there)} was changed by ${lastWriter(there)} during the rollout: it does not divide the traffic as it was written any more.`,
    hint: 'Find out why. `ml-deploy resume` repeats the step, `ml-deploy promote` accepts it and goes on, `ml-deploy rollback` ends the rollout.',
  });
}

/** The API server notes by which program a field was written. */
function lastWriter(there: KubeObject): string {
  const fields = (there.metadata['managedFields'] ?? []) as readonly ManagedFields[];
  const others = fields.filter((each) => each.manager !== fieldManager && each.fieldsV1?.['f:spec'] !== undefined);
  const last = others.toSorted((a, b) => (a.time ?? '').localeCompare(b.time ?? '')).at(-1);
  return last === undefined ? 'somebody else' : `somebody else (${last.manager}, ${last.time ?? 'time unknown'})`;
}

interface ManagedFields {
  readonly manager: string;
  readonly time?: string;
  readonly fieldsV1?: Readonly<Record<string, unknown>>;
}
