import { MlDeployError } from '../../errors.ts';
import type { KubeApi, KubeObject, Resource } from '../../kubernetes/api.ts';
import { annotations, labels } from '../../kubernetes/objects/labels.ts';
import type { NamedRule } from '../../kubernetes/objects/watchdog.ts';
import { watchdogAccess, watchdogAccount, watchdogJob } from '../../kubernetes/objects/watchdog.ts';
import { resources } from '../../kubernetes/resources.ts';
import { troubleError, troubleOf } from '../diagnosis.ts';
import { isCode } from '../fence.ts';
import { leaseRef } from '../lease.ts';
import type { ModelRef } from '../names.ts';
import type { Run } from '../run.ts';
import { until } from '../wait.ts';
import { groupOf, watchdogRules } from './rules.ts';

/** Time for the watchdog's image to be pulled and its pod to prove its rights. */
const armMs = 180_000;

/**
 * Name of the watchdog Job of an epoch.
 */
export function watchdogName(model: string, epoch: number): string {
  return `mldeploy-${model}-watchdog-${epoch}`;
}

/**
 * Starts the watchdog and waits until it has proved, from inside the cluster, that it can restore the stable revision. Nothing that
 * could need it happens before. The Job is created suspended, then its account and rights (owned by it), then it is released.
 */
export async function armWatchdog(run: Run): Promise<void> {
  const { api, config, fence, store, record, reporter, signal, watchdogImage } = run;
  const { state, uid } = store;
  if (watchdogImage === null || state === null || uid === null) {
    if (!config.rollout.watchdog.enabled)
      record.event('watchdog-off', 'The watchdog is off: nobody restores the stable revision if this engine dies.');
    return;
  }
  const task = reporter.task('Arming the watchdog', { estimateMs: 5000 });
  const { name: model, deploy } = config;
  const { namespace } = deploy;
  const job = await createOrGet(
    api,
    watchdogJob({
      model,
      namespace,
      epoch: fence.epoch,
      image: watchdogImage,
      imagePullSecrets: deploy.imagePullSecrets,
      leaseMs: config.rollout.leaseMs,
      deadlineMs: longestMs(run),
      owner: { name: `mldeploy-${model}`, uid },
    }),
  );
  await grantRights(run, job);
  await api.patch(resources.job, namespace, job.metadata.name, [
    { op: 'replace', path: '/spec/suspend', value: false },
  ]);
  const look = async (): Promise<true | null> => {
    const lease = await api.find(resources.lease, namespace, leaseRef(model).name);
    if (lease?.metadata.annotations?.[annotations.armed] === String(fence.epoch)) return true;
    const pods = await api.list(resources.pod, namespace, `batch.kubernetes.io/job-name=${job.metadata.name}`);
    const trouble = troubleOf(pods, null);
    if (trouble !== null && !trouble.mayPass) {
      // The watchdog is ours: its failure never blames the revision.
      throw troubleError({
        ...trouble,
        kind: 'infrastructure',
        code: 'rollout/watchdog',
        message: `The watchdog does not start: ${trouble.message}`,
        hint: 'Check rollout.watchdog.image, or choose `watchdog: off` and accept the risk.',
      });
    }
    return null;
  };
  const armed = await until(look, { signal, everyMs: 500, timeoutMs: armMs, beat: () => run.lease.beat() });
  if (armed === null) {
    task.fail();
    throw new MlDeployError({
      code: 'rollout/watchdog',
      kind: 'infrastructure',
      message: `The watchdog (Job ${job.metadata.name}) did not prove its rights within ${armMs / 1000} s.`,
      hint: `Look at it with: kubectl -n ${namespace} describe job ${job.metadata.name}. Or choose \`watchdog: off\` and accept the risk.`,
    });
  }
  task.done();
  record.event('watchdog-armed', `The watchdog runs and has proved its rights (epoch ${fence.epoch}).`);
}

/**
 * Removes the watchdogs of this epoch and of those before it, which engines that died left behind: suspended when they died before its
 * release, ended when it restored. Accounts and rights go with their Jobs.
 */
export async function dismissWatchdogs(api: KubeApi, ref: ModelRef, epoch: number): Promise<void> {
  for (const name of await watchdogsUpTo(api, ref, epoch)) {
    try {
      await api.delete(resources.job, ref.namespace, name);
    } catch (error) {
      // It ends by itself when it sees that the rollout is over.
      if (!isCode(error, 'kubernetes/forbidden')) throw error;
    }
  }
}

async function watchdogsUpTo(api: KubeApi, ref: ModelRef, epoch: number): Promise<readonly string[]> {
  const prefix = watchdogName(ref.model, 0).slice(0, -1);
  try {
    const jobs = await api.list(resources.job, ref.namespace, `${labels.app}=${ref.model},mldeploy/role=watchdog`);
    return jobs.map(({ metadata }) => metadata.name).filter((name) => Number(name.slice(prefix.length)) <= epoch);
  } catch (error) {
    if (isCode(error, 'kubernetes/forbidden')) return [watchdogName(ref.model, epoch)];
    throw error;
  }
}

/**
 * True when somebody prepared the watchdog's account, with rights, for users who may not create Roles: it is used as it is.
 */
export async function hasPresetAccount(api: KubeApi, ref: ModelRef): Promise<boolean> {
  const account = await api.find(resources.serviceAccount, ref.namespace, watchdogAccount(ref.model));
  return account !== null && account.metadata.ownerReferences === undefined;
}

/** Account, Role and RoleBinding as they must be for this rollout; those of an earlier one are replaced. */
async function grantRights(run: Run, job: KubeObject): Promise<void> {
  const { api, config, store } = run;
  if (store.state === null) return;
  const { namespace } = config.deploy;
  const owner = { name: job.metadata.name, uid: job.metadata.uid ?? '' };
  const rules = [...watchdogRules(store.state), ...(await eventRules(api, namespace))];
  const access = watchdogAccess(config.name, namespace, rules, owner);
  const name = watchdogAccount(config.name);
  if (await hasPresetAccount(api, { model: config.name, namespace })) return;
  for (const [resource, object] of [
    [resources.serviceAccount, access.account],
    [resources.role, access.role],
    [resources.roleBinding, access.binding],
  ] as const) {
    await removeOfWatchdog(api, resource, namespace, name);
    await createOwned(api, resource, object, owner.uid);
  }
}

/** Removes what an earlier watchdog's Job owns; what an administrator prepared by halves is not ours to remove. */
async function removeOfWatchdog(api: KubeApi, resource: Resource, namespace: string, name: string): Promise<void> {
  const there = await api.find(resource, namespace, name);
  if (there === null) return;
  if (there.metadata.ownerReferences?.some(({ kind }) => kind === 'Job') === true) {
    await api.delete(resource, namespace, name);
    return;
  }
  throw new MlDeployError({
    code: 'rollout/foreign-object',
    kind: 'usage',
    message: `${resource.kind} ${name} exists in namespace ${namespace} and was not made by ml-deploy, but there is no ServiceAccount ${name} that it is for.`,
    hint: `Prepare ServiceAccount, Role and RoleBinding ${name} together, and they are used as they are; or remove this one.`,
  });
}

/** The watchdog may tell what it did where this account may: nobody can grant more than they have. */
async function eventRules(api: KubeApi, namespace: string): Promise<readonly NamedRule[]> {
  const { plural } = resources.clusterEvent;
  const group = groupOf(resources.clusterEvent);
  const allowed = await api.may('create', { group, plural }, namespace);
  return allowed ? [{ group, plural, names: [], verbs: ['create'] }] : [];
}

/** The reply to a first try may have been lost: what our Job owns is what we made. */
async function createOwned(api: KubeApi, resource: Resource, object: KubeObject, owner: string): Promise<void> {
  try {
    await api.create(resource, object);
  } catch (error) {
    if (!isCode(error, 'kubernetes/conflict')) throw error;
    const there = await api.find(resource, object.metadata.namespace ?? null, object.metadata.name);
    if (there?.metadata.ownerReferences?.some((each) => each.uid === owner) !== true) throw error;
  }
}

async function createOrGet(api: KubeApi, object: KubeObject): Promise<KubeObject> {
  try {
    return await api.create(resources.job, object);
  } catch (error) {
    if (!isCode(error, 'kubernetes/conflict')) throw error;
    return api.get(resources.job, object.metadata.namespace ?? null, object.metadata.name);
  }
}

/** The longest this rollout can take, with a margin: the Job must outlive it. */
function longestMs(run: Run): number {
  const { rollout } = run.config;
  const perStep = rollout.stepDeadlineMs + rollout.readyTimeoutMs + 120_000;
  return (run.plan.steps.length + 1) * perStep + rollout.readyTimeoutMs + rollout.drainMs + rollout.leaseMs + 600_000;
}
