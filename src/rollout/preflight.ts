import type { Config } from '../config/config.ts';
import { MlDeployError } from '../errors.ts';
import type { KubeApi, Resource } from '../kubernetes/api.ts';
import { checkImageVolumes } from '../kubernetes/image-volumes.ts';
import { deploymentObject } from '../kubernetes/objects/deployment.ts';
import { resources } from '../kubernetes/resources.ts';
import { missingSecrets } from '../notify/notifier.ts';
import { checkNamedWeights, exampleWeights } from '../pipeline/pod-weights.ts';
import type { StageContext } from '../pipeline/stage.ts';
import { serverOf } from '../server/index.ts';
import { podNeeds } from '../server/server.ts';
import { refuseUnfit } from './adopted.ts';
import { awaitIdle, engineImage } from './begin.ts';
import { isCode } from './fence.ts';
import { provePrometheus } from './metrics-proof.ts';
import { requireNamespace } from './namespace.ts';
import { demandSmokedOn } from './smoked-on.ts';
import { refuseForeign, survey } from './survey.ts';
import { providerFor } from './traffic/index.ts';
import { refuseHeld } from './unfinished.ts';
import { hasPresetAccount } from './watchdog/launch.ts';
import { groupOf } from './watchdog/rules.ts';

/**
 * Finds what would stop a rollout, without changing anything: engine image, namespace, rights, foreign objects, a hold that waits for a
 * person (`rollout/held`), another engine at work (`rollout/busy`).
 */
export async function checkRollout(
  context: Pick<StageContext, 'config' | 'access' | 'reporter' | 'signal' | 'request' | 'image' | 'evidence'>,
  api: KubeApi,
): Promise<void> {
  const { config, reporter } = context;
  if (config.rollout.watchdog.enabled) engineImage(context);
  if ((context.image ?? null) !== null) await checkNamedWeights(context, context.image ?? '');
  await requireNamespace(api, config.deploy.namespace);
  const { image, evidence } = context;
  // Without evidence of a smoke test it is still to come, unless the user names an image.
  const tested = image ?? (evidence.smoke === undefined ? null : (evidence.build?.image.reference ?? null));
  if ((context.request?.undo ?? null) === null) await demandSmokedOn(context, api, tested);
  for (const note of await checkRights(api, config)) reporter.note('warning', note);
  for (const note of missingSecrets(config.notify, context.access.environment)) reporter.note('warning', note);
  for (const note of await checkWeights(api, context)) reporter.note('warning', note);
  const found = await survey(api, { model: config.name, namespace: config.deploy.namespace }, config);
  refuseForeign(found);
  refuseHeld(found);
  await refuseUnfit(api, config, found, context.request);
  await provePrometheus(context, api, found);
  await awaitIdle({ ...context, api }, found);
}

/** Whether the cluster can bring the model to the pods, and there is what fetches it. */
async function checkWeights(
  api: KubeApi,
  { config, access }: Pick<StageContext, 'config' | 'access'>,
): Promise<readonly string[]> {
  const weights = exampleWeights(config, access);
  if (weights?.mode !== 'volume') return [];
  const object = deploymentObject({
    config,
    revision: 'preflight',
    image: `${config.image.repository}@sha256:${'1'.repeat(64)}`,
    modelDigest: null,
    weights,
    replicas: 0,
    epoch: 0,
    ...podNeeds(serverOf(config), config),
  });
  return checkImageVolumes(api, config, weights.reference, () =>
    api.apply(resources.deployment, object, { dryRun: true }),
  );
}

/** One thing the engine has to be allowed to do. */
export interface Need {
  readonly resource: Resource;
  readonly verb: string;
  readonly subresource?: string;
}

/**
 * Everything a rollout of this configuration does in its namespace; with `presetAccount` the watchdog's rights are there already.
 */
export function needs(config: Config, presetAccount = false): readonly Need[] {
  const { deploy, rollout } = config;
  const all = (resource: Resource, ...verbs: string[]): Need[] => verbs.map((verb) => ({ resource, verb }));
  return [
    ...all(resources.deployment, 'get', 'list', 'create', 'patch', 'delete'),
    ...all(resources.service, 'get', 'create', 'patch', 'delete'),
    ...all(resources.endpointSlice, 'list'),
    ...all(resources.configMap, 'get', 'create', 'update', 'delete'),
    ...all(resources.lease, 'get', 'create', 'update', 'patch', 'delete'),
    ...all(resources.pod, 'list'),
    ...all(resources.horizontalPodAutoscaler, 'get', ...scaling(deploy.autoscaling !== null, rollout.watchdog.enabled)),
    // Re-pointed without looking whether there is one: RBAC answers before "not found" does.
    ...all(
      resources.podDisruptionBudget,
      'get',
      'patch',
      ...budget(deploy.maxUnavailable !== null, rollout.watchdog.enabled),
    ),
    ...routeNeeds(config).flatMap(([resource, verbs]) => all(resource, ...verbs)),
    ...(rollout.watchdog.enabled
      ? [
          ...all(resources.job, 'get', 'list', 'create', 'patch', 'delete'),
          ...all(resources.serviceAccount, 'get', ...(presetAccount ? [] : ['create', 'delete'])),
          ...(presetAccount
            ? []
            : [
                ...all(resources.role, 'get', 'create', 'delete'),
                ...all(resources.roleBinding, 'get', 'create', 'delete'),
              ]),
        ]
      : []),
  ];
}

/** Somebody else's route is only changed. */
function routeNeeds({ rollout }: Config): readonly (readonly [Resource, readonly string[]])[] {
  const { route } = providerFor(rollout);
  if (route === null) return [];
  const adopts = (rollout.gateway?.adopt ?? rollout.istio?.adopt ?? null) !== null;
  return [[route, adopts ? ['get', 'patch'] : ['get', 'create', 'patch', 'delete']]];
}

/** Nobody may grant the watchdog what they may not do themselves. */
function scaling(used: boolean, watchdog: boolean): readonly string[] {
  return [...(used ? ['create'] : []), ...(used || watchdog ? ['patch', 'delete'] : [])];
}

function budget(used: boolean, watchdog: boolean): readonly string[] {
  return scaling(used, watchdog).filter((verb) => verb !== 'patch');
}

/**
 * Asks the API server about every verb on every resource and names all that are missing in one error (`rollout/forbidden`). What is
 * only good to have (logs and events) is returned as notes.
 */
export async function checkRights(api: KubeApi, config: Config): Promise<readonly string[]> {
  const { namespace } = config.deploy;
  const may = (need: Need): Promise<boolean> => {
    const { resource, verb, subresource } = need;
    const target = {
      group: groupOf(resource),
      plural: resource.plural,
      ...(subresource === undefined ? {} : { subresource }),
    };
    return api.may(verb, target, namespace);
  };
  const missing = await filterAsync(
    needs(config, await presetAccount(api, config)),
    async (need) => !(await may(need)),
  );
  if (missing.length > 0) {
    const list = missing.map(({ verb, resource }) => `${verb} ${qualified(resource)}`);
    throw new MlDeployError({
      code: 'rollout/forbidden',
      kind: 'infrastructure',
      message: `This account may not do everything a rollout needs in namespace ${namespace}: ${list.join(', ')}.`,
      hint: 'Give it a Role with these verbs: tekton/rbac/rbac.yaml is one.',
    });
  }
  const absent = await filterAsync(useful, async (need) => !(await may(need)));
  return absent.map(
    ({ verb, resource, subresource, without }) =>
      `Without the right to ${verb} ${qualified(resource)}${subresource === undefined ? '' : `/${subresource}`} ${without}.`,
  );
}

const unexplained = 'a failed candidate cannot be explained in full';
/** What is only good to have, and what is missed without it. */
export const useful: readonly (Need & { readonly without: string })[] = [
  { resource: resources.pod, verb: 'get', subresource: 'log', without: unexplained },
  { resource: resources.event, verb: 'list', without: unexplained },
  { resource: resources.clusterEvent, verb: 'create', without: '`kubectl describe` does not tell what a rollout did' },
];

/** Not being allowed to look is told with all else that is missing. */
async function presetAccount(api: KubeApi, config: Config): Promise<boolean> {
  if (!config.rollout.watchdog.enabled) return false;
  try {
    return await hasPresetAccount(api, { model: config.name, namespace: config.deploy.namespace });
  } catch (error) {
    if (isCode(error, 'kubernetes/forbidden')) return false;
    throw error;
  }
}

function qualified(resource: Resource): string {
  const group = groupOf(resource);
  return group === '' ? resource.plural : `${resource.plural}.${group}`;
}

/** Eight questions at a time: quick, and no burst for the API server. */
async function filterAsync<T>(items: readonly T[], keep: (item: T) => Promise<boolean>): Promise<T[]> {
  const kept: T[] = [];
  for (let start = 0; start < items.length; start += 8) {
    const batch = items.slice(start, start + 8);
    const answers = await Promise.all(batch.map(keep));
    kept.push(...batch.filter((_, index) => answers[index] === true));
  }
  return kept;
}
