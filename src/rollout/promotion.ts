import { autoscalerObject } from '../kubernetes/objects/autoscaler.ts';
import { disruptionBudget } from '../kubernetes/objects/disruption-budget.ts';
import { resources } from '../kubernetes/resources.ts';
import { awaitReady } from './candidate.ts';
import { finish } from './ending.ts';
import type { Judge } from './judge.ts';
import { scale, scalingTo } from './restore.ts';
import { drain, removeOthers } from './retire.ts';
import type { Ending, Run } from './run.ts';
import { settingsOf } from './settings.ts';
import type { Revision } from './state.ts';
import { settleTraffic } from './traffic/settle.ts';
import { allTrafficTo } from './weight.ts';

/**
 * Makes the candidate the stable revision. The very pods that were judged go on serving; nothing restarts. Until the state names the
 * new stable revision the old one is whole, so an engine that dies in between falls back to it. Until all traffic moves the
 * candidate is judged at the weight it has (`judging`; null: a person answers for it); a rollback that is due then wins.
 */
export async function promote(
  run: Run,
  stable: Revision,
  reasons: readonly string[],
  judging: { readonly judge: Judge; readonly weight: number } | null,
): Promise<Ending> {
  const { plan, store, record } = run;
  const { candidate } = plan;
  await store.update({ progress: 'promoting', reasons });
  await scale(run.fence, candidate, candidate.replicas);
  await awaitReady(run, candidate, candidate.replicas, (pods) =>
    judging === null ? Promise.resolve() : judging.judge.watch(judging.weight, pods),
  );
  await judging?.judge.closeTick(judging.weight);
  await allTrafficTo(run, candidate);
  const now = { stable: candidate, candidate: null, previous: stable, settings: settingsOf(run) };
  await store.update({ ...now, progress: 'retiring', weight: 1 });
  record.event('promoted', `${candidate.name} serves all traffic.`, 1);
  await settleScaling(run, candidate);
  await settleTraffic(run);
  await drain(run, stable);
  await removeOthers(run, [candidate, stable]);
  const summary = `${candidate.name} was promoted: ${reasons[0] ?? 'it is as good as it has to be'}`;
  await finish(run, { ended: 'promoted', reason: reasons[0] ?? '' });
  return { outcome: 'passed', decision: 'promote', summary, reasons, diagnosis: [] };
}

/**
 * Autoscaler and disruption budget as the configuration wants them, on this revision: created, re-pointed, or removed.
 */
export async function settleScaling(
  run: Pick<Run, 'api' | 'config' | 'fence' | 'store'>,
  revision: Revision,
): Promise<void> {
  const { api, config, fence, store } = run;
  const { namespace, autoscaling, maxUnavailable } = config.deploy;
  await scalingTo(fence, config.name, revision, autoscaling);
  const hpa = { resource: resources.horizontalPodAutoscaler, name: config.name };
  if (autoscaling === null) await fence.delete(hpa);
  else if ((await api.find(hpa.resource, namespace, hpa.name)) === null) {
    await fence.create(hpa.resource, autoscalerObject(config, autoscaling, revision.name, fence.epoch));
  } else {
    await fence.patch(hpa, [
      {
        op: 'replace',
        path: '/spec/metrics',
        value: metricsOf(autoscalerObject(config, autoscaling, revision.name, 0)),
      },
    ]);
  }
  const pdb = { resource: resources.podDisruptionBudget, name: config.name };
  if (maxUnavailable === null) await fence.delete(pdb);
  else if ((await api.find(pdb.resource, namespace, pdb.name)) === null) {
    await fence.create(pdb.resource, disruptionBudget(config, maxUnavailable, revision.name, fence.epoch));
  } else await fence.patch(pdb, [{ op: 'add', path: '/spec/maxUnavailable', value: maxUnavailable }]);
  if (store.state !== null)
    await store.update({ scaling: autoscaling === null ? null : { min: autoscaling.min, max: autoscaling.max } });
}

function metricsOf(autoscaler: { readonly [field: string]: unknown }): unknown {
  return (autoscaler['spec'] as { metrics: unknown }).metrics;
}
