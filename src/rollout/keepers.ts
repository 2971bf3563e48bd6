import { MlDeployError } from '../errors.ts';
import type { KubeApi, KubeObject } from '../kubernetes/api.ts';
import { labels, managedByUs } from '../kubernetes/objects/labels.ts';
import { revisionSelector } from '../kubernetes/objects/service.ts';
import { resources } from '../kubernetes/resources.ts';
import type { ModelRef } from './names.ts';

/**
 * Refuses to adopt a Deployment (as `revision`) while somebody else's autoscaler or disruption budget works on its pods or bears the model's
 * name, or while `own`, the Service of the revision's name, is not ours: `rollout/cannot-adopt`.
 */
export async function refuseKeepers(
  { model, namespace }: ModelRef,
  revision: string,
  deployment: KubeObject,
  own: KubeObject | null,
  api: KubeApi,
): Promise<void> {
  const [autoscalers, budgets] = await Promise.all([
    api.list(resources.horizontalPodAutoscaler, namespace),
    api.list(resources.podDisruptionBudget, namespace),
  ]);
  const { template } = deployment['spec'] as { template: { metadata?: { labels?: Record<string, string> } } };
  const onPods = { ...template.metadata?.labels, ...revisionSelector(model, revision), [labels.canary]: 'on' };
  const scales = (each: KubeObject): boolean => {
    const { kind, name } = (each['spec'] as { scaleTargetRef: { kind: string; name: string } }).scaleTargetRef;
    return kind === 'Deployment' && name === deployment.metadata.name;
  };
  const guards = (each: KubeObject): boolean => {
    const selector = (each['spec'] as { selector?: { matchLabels?: Record<string, string> } }).selector;
    const wanted = Object.entries(selector?.matchLabels ?? {});
    return wanted.length > 0 && wanted.every(([key, value]) => (onPods as Record<string, string>)[key] === value);
  };
  const isNamed = (each: KubeObject): boolean => each.metadata.name === model;
  const keepers = [
    ...autoscalers.filter((each) => isNamed(each) || scales(each)).map((object) => ({ object, key: 'autoscaling' })),
    ...budgets.filter((each) => isNamed(each) || guards(each)).map((object) => ({ object, key: 'maxUnavailable' })),
    ...(own === null || own.metadata.labels?.[labels.managedBy] === managedByUs ? [] : [{ object: own, key: null }]),
  ];
  const [first] = keepers;
  if (first === undefined) return;
  const { object, key } = first;
  const what = `${object.kind} ${object.metadata.name}`;
  throw new MlDeployError({
    code: 'rollout/cannot-adopt',
    kind: 'usage',
    message:
      key === null
        ? `${what} exists in namespace ${namespace}, and revision 0 needs a Service of that name.`
        : `${what} works on the pods of Deployment ${deployment.metadata.name}; ml-deploy keeps one of its own, and two would undo each other.`,
    hint:
      key === null
        ? 'Rename it.'
        : `Delete it (the pods stay as they are), run this again, and write what it said as deploy.${key} in mldeploy.yaml.`,
  });
}
