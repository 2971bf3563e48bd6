import type { KubeApi } from '../kubernetes/api.ts';
import { resources } from '../kubernetes/resources.ts';
import { Notifier } from '../notify/notifier.ts';
import type { News } from '../notify/notifier.ts';
import type { StageContext } from '../pipeline/stage.ts';
import { ClusterEvents } from './cluster-events.ts';
import type { EventReason } from './cluster-events.ts';
import type { ObjectRef } from './names.ts';
import type { Plan } from './plan.ts';
import type { Record as RolloutRecord } from './record.ts';
import type { Ending } from './run.ts';
import type { Revision } from './state.ts';

/** Who and what an announcement is about. */
export interface Announced extends Pick<StageContext, 'config' | 'access' | 'reporter' | 'signal'> {
  readonly api: KubeApi;
  readonly record: RolloutRecord;
}

/** How long the end of a rollout waits for what is on its way; a runner that was cancelled kills us ten seconds later. */
const patienceMs = { usual: 15_000, interrupted: 1500 };

/**
 * Runs a rollout and tells of it: Kubernetes Events of what happens, and the receivers of `notify` at its start and end. The work never
 * waits for either, and only after its end, when traffic is where it belongs, is there a short wait for what is on its way.
 */
export async function announced(context: Announced, plan: Plan, work: () => Promise<Ending>): Promise<Ending> {
  const { config, access, reporter, api, record, signal } = context;
  const warn = (message: string): void => reporter.note('warning', message);
  const events = new ClusterEvents(api, plan.ref, access.host, warn);
  const notifier = new Notifier({ receivers: config.notify, environment: access.environment, onFailure: warn });
  const candidate: ObjectRef = { resource: resources.deployment, name: plan.candidate.deployment };
  const tell = (event: News['event'], summary: string, reasons: readonly string[]): void =>
    notifier.send({ ...facts(context, plan), event, summary, reasons });

  record.listener = (event) => {
    const known = told[event.kind];
    if (known !== undefined)
      events.emit(known.reason, event.message, known.about === 'candidate' ? candidate : undefined);
  };
  const started = startOf(plan);
  events.emit('RolloutStarted', started);
  tell('started', started, []);
  try {
    const ending = await work();
    const event = eventOf(ending);
    events.emit(reasons[event], ending.summary, event === 'held' || event === 'promoted' ? candidate : undefined);
    tell(event, ending.summary, ending.reasons);
    return ending;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    events.emit('RolloutFailed', message);
    tell('failed', message, []);
    throw error;
  } finally {
    record.listener = null;
    const longest = signal.aborted ? patienceMs.interrupted : patienceMs.usual;
    await Promise.all([events.flush(Math.min(longest, 3000)), notifier.flush(longest)]);
  }
}

/** What of the record becomes an Event, and on which object: the public Service unless said. */
const told: Readonly<{ [kind: string]: { readonly reason: EventReason; readonly about?: 'candidate' } }> = {
  'candidate-ready': { reason: 'CandidateReady', about: 'candidate' },
  weight: { reason: 'WeightChanged' },
  decision: { reason: 'StepJudged', about: 'candidate' },
  restored: { reason: 'TrafficRestored' },
};

const reasons: Readonly<Record<Exclude<News['event'], 'started'>, EventReason>> = {
  held: 'Held',
  promoted: 'Promoted',
  'rolled-back': 'RolledBack',
  failed: 'RolloutFailed',
};

function startOf({ candidate, stable, strategy }: Plan): string {
  return stable === null
    ? `The first deploy of ${candidate.name} begins.`
    : `The rollout of ${candidate.name} beside ${stable.name} begins (${strategy}).`;
}

/**
 * An ending for people: only evidence, or the lack of it, is a rollback; trouble of the cluster is a failure, but what it leaves undone
 * after a promotion does not undo that.
 */
function eventOf({ outcome, decision }: Ending): Exclude<News['event'], 'started'> {
  if (outcome === 'held') return 'held';
  if (outcome === 'passed' || decision === 'promote') return 'promoted';
  return outcome === 'error' || decision === 'none' ? 'failed' : 'rolled-back';
}

function facts({ config, access, record }: Announced, plan: Plan): Omit<News, 'event' | 'summary' | 'reasons'> {
  const { totals } = record;
  return {
    model: plan.ref.model,
    environment: config.environment,
    namespace: plan.ref.namespace,
    candidate: revisionFacts(plan.candidate),
    stable: plan.stable === null ? null : revisionFacts(plan.stable),
    totals: totals.candidate.requests === 0 ? null : totals,
    engine: access.engine,
    host: access.host,
  };
}

function revisionFacts({ name, image, modelDigest }: Revision): News['candidate'] {
  return { revision: name, image, modelDigest };
}
