import type { KubeObject } from '../kubernetes/api.ts';
import { deploymentObject } from '../kubernetes/objects/deployment.ts';
import { revisionService } from '../kubernetes/objects/service.ts';
import { resources } from '../kubernetes/resources.ts';
import { MlDeployError } from '../errors.ts';
import { troubleError, troubleOf } from './diagnosis.ts';
import type { Trouble } from './diagnosis.ts';
import { isReady, revisionPods } from './pods.ts';
import { scale } from './restore.ts';
import type { Run } from './run.ts';
import type { Revision } from './state.ts';
import { until } from './wait.ts';

/** How long a pod may find no node, or the cluster refuse to create it, before that counts as a failure. */
const infrastructurePatienceMs = 45_000;

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
    replicas,
    epoch: fence.epoch,
    probes: server.probes(config),
    environment: server.environment(config),
  };
  await fence.create(resources.deployment, deploymentObject(facts));
  await scale(fence, candidate, replicas);
  await fence.create(resources.service, revisionService(config, candidate.name, fence.epoch));
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
  let passing = null as { trouble: Trouble; since: number } | null;
  const look = async (): Promise<readonly KubeObject[] | null> => {
    const [found, deployment] = await Promise.all([
      revisionPods(api, config.name, namespace, revision.name),
      api.find(resources.deployment, namespace, revision.deployment),
    ]);
    if (deployment === null) throw vanished(revision);
    await meanwhile(found);
    const ready = found.filter(isReady);
    task.update(`${ready.length} of ${replicas} ready`, ready.length / replicas);
    if (ready.length >= replicas) return ready;
    const trouble = troubleOf(found, deployment);
    if (trouble?.mayPass === true) {
      passing ??= { trouble, since: performance.now() };
      task.update(trouble.message);
      if (performance.now() - passing.since > infrastructurePatienceMs) throw troubleError(trouble);
    } else if (trouble !== null) throw troubleError(trouble);
    else passing = null;
    return null;
  };
  try {
    const timeoutMs = config.rollout.readyTimeoutMs;
    const ready = await until(look, { signal, everyMs: 1000, timeoutMs, beat: () => run.lease.beat() });
    // Pods that never found a node say nothing about the model.
    if (ready === null)
      throw passing === null ? neverReady(revision, replicas, timeoutMs) : troubleError(passing.trouble);
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

function neverReady(revision: Revision, replicas: number, timeoutMs: number): MlDeployError {
  return new MlDeployError({
    code: 'rollout/never-ready',
    kind: 'model',
    message: `${revision.name} did not have ${pods(replicas)} ready within ${Math.round(timeoutMs / 1000)} s.`,
    hint: 'Read its last log lines; raise rollout.readyTimeout if the model takes longer to load.',
  });
}

function pods(count: number): string {
  return count === 1 ? '1 pod' : `${count} pods`;
}
