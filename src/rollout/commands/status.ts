import type { KubeApi, KubeObject } from '../../kubernetes/api.ts';
import { resources } from '../../kubernetes/resources.ts';
import { labels, managedByUs } from '../../kubernetes/objects/labels.ts';
import type { ModelRef } from '../names.ts';
import { isReady } from '../pods.ts';
import type { HistoryEntry, Hold, Phase, Progress, RolloutState } from '../state.ts';
import { survey } from '../survey.ts';
import type { Survey } from '../survey.ts';
import { unfinishedRollout } from '../unfinished.ts';

/** A revision as it is now. */
export interface RevisionStatus {
  readonly name: string;
  readonly role: 'stable' | 'candidate' | 'previous' | 'other';
  readonly image: string;
  readonly wanted: number;
  readonly ready: number;
}

/** Plain facts of a model's rollout, the same from any machine. */
export interface StatusReport extends ModelRef {
  /** `none`: ml-deploy knows nothing of this model here. */
  readonly phase: Phase | 'none';
  readonly progress: Progress | null;
  readonly epoch: number;
  readonly provider: string | null;
  readonly revisions: readonly RevisionStatus[];
  /** 1-based step in force and number of steps; null when no step is. */
  readonly step: { readonly number: number; readonly of: number } | null;
  /** Intended share of the candidate, 0..1. */
  readonly weight: number;
  readonly hold: Hold | null;
  /** Who holds the lease and when it was last renewed by the holder's clock; null when nobody does. */
  readonly engine: { readonly holder: string; readonly renewedAt: string } | null;
  readonly watchdog: 'running' | 'absent';
  readonly reasons: readonly string[];
  readonly updatedAt: string | null;
  readonly history: readonly HistoryEntry[];
  /** What comes of an unfinished rollout, and by which command, in a sentence; null when there is none. */
  readonly next: string | null;
  /** Names of the other models that ml-deploy has in the namespace; looked up only when it does not know this one. */
  readonly others: readonly string[];
  /** Differences between the state and the objects: somebody else's hand, or an engine that died. */
  readonly oddities: readonly string[];
}

/**
 * Reads how a model's rollout stands; changes nothing.
 */
export async function status(ref: ModelRef, api: KubeApi): Promise<StatusReport> {
  const found = await survey(api, ref);
  const [pods, watchdogs] = await Promise.all([
    api.list(resources.pod, ref.namespace, `${labels.app}=${ref.model}`),
    api.list(resources.pod, ref.namespace, `mldeploy/watches=${ref.model}`, 'status.phase=Running'),
  ]);
  const { state } = found.store;
  const lease = found.lease?.['spec'] as { holderIdentity?: string; renewTime?: string } | undefined;
  return {
    ...ref,
    ...rolloutFacts(state),
    revisions: found.deployments.map((each) => revisionStatus(each, state, pods)),
    engine: lease === undefined ? null : { holder: lease.holderIdentity ?? '', renewedAt: lease.renewTime ?? '' },
    watchdog: watchdogs.length > 0 ? 'running' : 'absent',
    next: unfinishedRollout(found)?.next ?? null,
    others: state === null ? await modelsIn(api, ref.namespace) : [],
    oddities: oddities(found, state),
  };
}

type RolloutFacts = Omit<
  StatusReport,
  keyof ModelRef | 'revisions' | 'engine' | 'watchdog' | 'next' | 'others' | 'oddities'
>;

function rolloutFacts(state: RolloutState | null): RolloutFacts {
  if (state === null) {
    const none = { progress: null, provider: null, step: null, hold: null, updatedAt: null };
    return { phase: 'none', epoch: 0, weight: 0, reasons: [], history: [], ...none };
  }
  const { phase, progress, epoch, provider, weight, hold, reasons, updatedAt, history } = state;
  const step = state.step < 0 ? null : { number: state.step + 1, of: state.steps.length };
  return { phase, progress, epoch, provider, step, weight, hold, reasons, updatedAt, history };
}

function revisionStatus(
  deployment: KubeObject,
  state: RolloutState | null,
  pods: readonly KubeObject[],
): RevisionStatus {
  const name = deployment.metadata.labels?.[labels.revision] ?? '';
  const role = (['stable', 'candidate', 'previous'] as const).find((each) => state?.[each]?.name === name) ?? 'other';
  const known = [state?.stable, state?.candidate, state?.previous].find((each) => each?.name === name);
  const spec = deployment['spec'] as { replicas?: number };
  return {
    name,
    role,
    image: known?.image ?? deployment.metadata.annotations?.['mldeploy/image'] ?? '',
    wanted: spec.replicas ?? 1,
    ready: pods.filter((pod) => pod.metadata.labels?.[labels.revision] === name && isReady(pod)).length,
  };
}

/** A wrong name is easily seen beside the right ones. */
async function modelsIn(api: KubeApi, namespace: string): Promise<readonly string[]> {
  const deployments = await api.list(resources.deployment, namespace, `${labels.managedBy}=${managedByUs}`);
  return [...new Set(deployments.flatMap((each) => each.metadata.labels?.[labels.app] ?? []))].sort();
}

function oddities(found: Survey, state: RolloutState | null): readonly string[] {
  if (state === null) return [];
  const list: string[] = [];
  const selector = (found.service?.['spec'] as { selector?: Record<string, string> } | undefined)?.selector;
  if (state.stable !== null && found.service === null) list.push(`The Service ${state.model} is missing.`);
  if (state.phase !== 'running' && selector !== undefined && selector[labels.revision] !== state.stable?.name) {
    list.push(`The Service ${state.model} does not select the stable revision ${state.stable?.name ?? '(none)'}.`);
  }
  if (state.phase === 'running' && found.lease === null)
    list.push('The rollout counts as running, but no engine holds its lease.');
  for (const role of ['stable', 'candidate'] as const) {
    const revision = state[role];
    if (revision !== null && !found.deployments.some((each) => each.metadata.name === revision.deployment)) {
      list.push(`Deployment ${revision.deployment} of the ${role} revision is missing.`);
    }
  }
  return list;
}
