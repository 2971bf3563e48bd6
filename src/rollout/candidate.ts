import type { KubeObject } from '../kubernetes/api.ts';
import { deploymentObject } from '../kubernetes/objects/deployment.ts';
import { resources } from '../kubernetes/resources.ts';
import { MlDeployError } from '../errors.ts';
import { plural } from '../plural.ts';
import { troubleError, troubleOf } from './diagnosis.ts';
import type { Trouble } from './diagnosis.ts';
import { hasStarted, isReady, revisionPods } from './pods.ts';
import { recordedDeployment } from './recorded.ts';
import { scale } from './restore.ts';
import { createRevisionService } from './revision-service.ts';
import type { Run } from './run.ts';
import type { Revision } from './state.ts';
import { until } from './wait.ts';
import { podNeeds } from '../server/server.ts';

/** How long the cluster may refuse to create pods before that counts as a failure. */
const refusalPatienceMs = 45_000;

/** Trouble of the cluster that lasts so long is told to people at once, however long it may last. */
const tellAfterMs = 3000;

/** A new node, or a registry that is back, may take as long as getting ready may take at all. */
const slowToPass: readonly string[] = ['rollout/unschedulable', 'rollout/registry'];

/**
 * Creates the candidate's Deployment and Service with so many pods, or finds those of an interrupted run.
 */
export async function createCandidate(run: Run, replicas: number): Promise<void> {
  const { config, server, plan, fence, store } = run;
  await store.update({ progress: 'creating' });
  const { candidate } = plan;
  const facts = {
    config,
    revision: candidate.name,
    image: candidate.image,
    modelDigest: candidate.modelDigest,
    weights: candidate.weights ?? null,
    replicas,
    epoch: fence.epoch,
    ...podNeeds(server, config),
  };
  const { epoch } = fence;
  const object =
    plan.recorded === null
      ? deploymentObject(facts)
      : recordedDeployment(plan.recorded, { ...plan.ref, epoch, replicas });
  const deployment = await fence.create(resources.deployment, object);
  await scale(fence, candidate, replicas);
  await createRevisionService(fence, config, candidate.name, deployment);
  run.record.event(
    'candidate-created',
    `Created ${candidate.deployment} with ${pods(replicas)} of ${candidate.image}.`,
  );
}

/**
 * Waits until so many pods of a revision are ready, which includes warm-up. A reason why they never will be ends the wait in seconds:
 * the revision's own fault is an error of kind `model`, the cluster's of kind `infrastructure`. `meanwhile` gets the pods of every look:
 * a candidate that already has traffic is judged while it waits.
 */
export async function awaitReady(
  run: Run,
  revision: Revision,
  replicas: number,
  meanwhile: (pods: readonly KubeObject[]) => Promise<void> = () => Promise.resolve(),
): Promise<readonly KubeObject[]> {
  const { api, config, signal } = run;
  const { namespace } = config.deploy;
  const task = run.reporter.task(`Waiting for ${pods(replicas)} of ${revision.name}`);
  const timeoutMs = config.rollout.readyTimeoutMs;
  let passing = null as { trouble: Trouble; since: number } | null;
  let last: readonly KubeObject[] = [];
  const told = new Set<string>();
  const mayPass = (trouble: Trouble): void => {
    if (passing?.trouble.code !== trouble.code) passing = { trouble, since: performance.now() };
    task.update(trouble.message);
    const lastedMs = performance.now() - passing.since;
    if (!slowToPass.includes(trouble.code) && lastedMs > refusalPatienceMs) throw troubleError(trouble);
    if (lastedMs < tellAfterMs || told.has(trouble.code)) return;
    told.add(trouble.code);
    run.reporter.note('warning', `${trouble.message} ${trouble.hint} Waiting for it to pass.`);
  };
  const look = async (): Promise<readonly KubeObject[] | null> => {
    const [found, deployment] = await Promise.all([
      revisionPods(api, config.name, namespace, revision.name),
      api.find(resources.deployment, namespace, revision.deployment),
    ]);
    if (deployment === null) throw vanished(revision);
    last = found;
    await meanwhile(found);
    const ready = found.filter(isReady);
    task.update(`${ready.length} of ${replicas} ready`, ready.length / replicas);
    if (ready.length >= replicas) return ready;
    const trouble = troubleOf(found, deployment);
    if (trouble === null) passing = null;
    else if (trouble.mayPass) mayPass(trouble);
    else throw troubleError(trouble);
    return null;
  };
  try {
    const ready = await until(look, { signal, everyMs: 1000, timeoutMs, beat: () => run.lease.beat() });
    if (ready === null) {
      // Pods that never found a node say nothing about the model.
      throw passing === null ? neverReady(revision, replicas, timeoutMs, last) : troubleError(passing.trouble);
    }
    task.done();
    return ready;
  } catch (error) {
    task.fail();
    throw error;
  }
}

function vanished(revision: Revision): MlDeployError {
  return new MlDeployError({
    code: 'rollout/candidate-gone',
    kind: 'infrastructure',
    message: `Deployment ${revision.deployment} was deleted by somebody else during the rollout.`,
    hint: 'Find out who deleted it, then run the rollout again.',
  });
}

/** Only a server that had its chance speaks against the revision. */
function neverReady(
  revision: Revision,
  replicas: number,
  timeoutMs: number,
  found: readonly KubeObject[],
): MlDeployError {
  const message = `${revision.name} did not have ${pods(replicas)} ready within ${Math.round(timeoutMs / 1000)} s`;
  if (found.some((pod) => !isReady(pod) && hasStarted(pod))) {
    return new MlDeployError({
      code: 'rollout/never-ready',
      kind: 'model',
      message: `${message}.`,
      hint: 'Read its last log lines; raise rollout.readyTimeout if the model takes longer to load.',
    });
  }
  return new MlDeployError({
    code: 'rollout/never-started',
    kind: 'infrastructure',
    message: `${message}: ${found.length === 0 ? 'the cluster created no pod' : 'no server was started in the pods that are missing'}.`,
    hint: 'A large image may still be pulled: raise rollout.readyTimeout. Else look at the events of the pods and of the Deployment.',
  });
}

function pods(count: number): string {
  return plural(count, 'pod');
}
