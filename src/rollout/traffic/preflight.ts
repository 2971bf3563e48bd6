import type { Config } from '../../config/config.ts';
import { MlDeployError } from '../../errors.ts';
import type { KubeApi, KubeObject, Resource } from '../../kubernetes/api.ts';
import { labels, managedByUs } from '../../kubernetes/objects/labels.ts';
import { gitOwner } from '../survey.ts';
import { httpRouteKind } from './gateway.ts';
import { factsOf, providerFor } from './index.ts';
import { virtualServiceKind } from './istio.ts';
import type { TrafficFacts } from './provider.ts';
import { adoptedRules } from './weighted-route.ts';

/** Largest distance between an intended share and what whole weights can give. */
const coarse = 0.01;

/**
 * Makes sure that the cluster knows the kind of route that the configuration wants (`rollout/no-route-kind`) and that a route to adopt
 * can be split as asked: `rollout/adopted-route`, `rollout/owned-by-git`. Changes nothing.
 */
export async function checkRoute(api: KubeApi, config: Config): Promise<void> {
  const { route: resource } = providerFor(config.rollout);
  if (resource === null) return;
  const facts = factsOf(config);
  const name = facts.adopted?.name ?? facts.model;
  const route = await api.find(resource, facts.namespace, name);
  if (route === null) await refuseUnknownKind(api, resource);
  if (facts.adopted === null) return;
  if (route === null) {
    throw cannotAdopt(
      `There is no ${resource.kind} ${name} in namespace ${facts.namespace}.`,
      'Only a route in the namespace of the model can be adopted.',
    );
  }
  refuseOthers(route, facts);
  const rules = adoptedRules(resource.kind === 'HTTPRoute' ? httpRouteKind : virtualServiceKind, facts, route);
  if (rules.length === 0) {
    const { rule } = facts.adopted;
    throw cannotAdopt(
      `${resource.kind} ${name} sends nothing to Service ${facts.model}${rule === null ? '' : ` in rule ${rule}`}.`,
      'Let it name that Service as a backend, or correct `adopt` in mldeploy.yaml.',
    );
  }
  for (const { ours, others } of rules) {
    const step = config.rollout.steps.find(({ weight }) => isCoarse(weight, ours, others));
    if (step === undefined) continue;
    throw cannotAdopt(
      `Service ${facts.model} has the weight ${ours} beside other backends in ${resource.kind} ${name}: a share of ${Number((step.weight * 100).toFixed(1))} % of it is no whole weight, and weights of other backends are not touched.`,
      'Multiply all weights of that rule by 100: the split stays what it is.',
    );
  }
}

/** Alone in its rule a backend may have any weight. */
function isCoarse(share: number, ours: number, others: number): boolean {
  if (others === 0 || ours === 0) return false;
  const given = Math.round(share * ours);
  return given === 0 || Math.abs(given / ours - share) > coarse;
}

function refuseOthers(route: KubeObject, { model, namespace }: TrafficFacts): void {
  const { kind, metadata } = route;
  const owner = gitOwner(route);
  if (owner !== null) {
    throw new MlDeployError({
      code: 'rollout/owned-by-git',
      kind: 'usage',
      message: `${kind} ${metadata.name} in namespace ${namespace} is kept by ${owner}, which would undo the weights of a canary or report them as drift.`,
      hint: `Take it out of ${owner}'s sources, or give ${model} a route of its own (rollout.${kind === 'HTTPRoute' ? 'gateway.name' : 'istio.hosts'}) and let the one in Git do without it.`,
    });
  }
  if (metadata.labels?.[labels.managedBy] !== managedByUs) return;
  throw cannotAdopt(
    `${kind} ${metadata.name} in namespace ${namespace} is ml-deploy's own${metadata.name === model ? '' : ' for another model'}.`,
    'Name a route of yours, or none for one of ml-deploy.',
  );
}

/** Asked only when there is no such object: a cluster without the kind answers the same way. */
async function refuseUnknownKind(api: KubeApi, { apiVersion, kind, plural }: Resource): Promise<void> {
  const { status, body } = await api.raw({ method: 'GET', path: `/apis/${apiVersion}` });
  // Whoever may not look finds out when the route is created.
  if (status === 403 || (status === 200 && body.includes(`"${plural}"`))) return;
  throw new MlDeployError({
    code: 'rollout/no-route-kind',
    kind: 'usage',
    message: `The cluster ${api.server} knows no ${kind} of ${apiVersion}.`,
    hint:
      kind === 'HTTPRoute'
        ? 'Install the Gateway API and a gateway that implements it, or use the provider `replicas`.'
        : 'Install Istio 1.22 or later, or use the provider `gateway` or `replicas`.',
  });
}

function cannotAdopt(message: string, hint: string): MlDeployError {
  return new MlDeployError({ code: 'rollout/adopted-route', kind: 'usage', message, hint });
}
