import { MlDeployError } from '../errors.ts';
import type { HistoryEntry, Revision, RevisionRecord, RolloutState } from './state.ts';
import type { Survey } from './survey.ts';

/** So many older revisions can be made again; each costs a few kilobytes of the state. */
const keptRecords = 10;

/** Ends of a rollout after which the revision was the stable one. */
const verifiedEnds: readonly HistoryEntry['ended'][] = ['promoted', 'adopted'];

/**
 * The records of all revisions that were stable, with those that the cluster holds now: written at the beginning of a rollout, before
 * anything is removed.
 */
export function recordsOf(found: Survey): readonly RevisionRecord[] {
  const { state } = found.store;
  const present = [state?.previous ?? null, found.stable].flatMap((revision) => {
    const deployment = found.deployments.find((each) => each.metadata.name === revision?.deployment);
    return revision === null || deployment === undefined ? [] : [{ revision, spec: deployment['spec'] }];
  });
  const names = present.map(({ revision }) => revision.name);
  const older = (state?.records ?? []).filter(({ revision }) => !names.includes(revision.name));
  return [...older, ...present].slice(-keptRecords);
}

/** An older revision to go back to. */
export interface UndoTarget {
  readonly revision: Revision;
  /** Needed when its Deployment is gone. */
  readonly record: RevisionRecord | null;
}

/**
 * Finds the revision that an undo means: `rN`, an image or model digest, or null for the last verified one before the current. Throws
 * `rollout/nothing-to-undo`, `rollout/not-verified` or `rollout/revision-gone`, and says what there is.
 */
export function undoTarget(found: Survey, to: string | null): UndoTarget {
  const { state } = found.store;
  if (state === null || found.stable === null)
    throw nothing(`There is no revision of ${found.ref.model} to go back from.`, []);
  const verified = verifiedRevisions(state).filter(({ revision }) => revision !== found.stable?.name);
  const names = [...new Set(verified.map(({ revision }) => revision))];
  const entry =
    to === null
      ? verified.findLast(({ revision }) => !undone(state).includes(revision))
      : verified.findLast((each) => each.revision === to || digestsOf(each, state).includes(to));
  if (entry === undefined) {
    if (to === null) throw nothing(`${found.stable.name} is the first verified revision of ${found.ref.model}.`, names);
    if ([found.stable.name, found.stable.image.split('@')[1], found.stable.modelDigest].includes(to))
      throw nothing(`${to} is what serves now (${found.stable.name}).`, names);
    throw notVerified(to, names);
  }
  const record = state.records?.find(({ revision }) => revision.name === entry.revision) ?? null;
  const deployment = found.deployments.find((each) => each.metadata.labels?.['revision'] === entry.revision);
  const known = record?.revision ?? (state.previous?.name === entry.revision ? state.previous : null);
  if (known === null || (deployment === undefined && record === null)) throw gone(entry, names);
  return { revision: known, record };
}

/** True for an end that made its revision stable. */
export function isVerified({ ended }: HistoryEntry): boolean {
  return verifiedEnds.includes(ended);
}

/** Every end that made a revision stable, oldest first. */
export function verifiedRevisions(state: RolloutState): readonly HistoryEntry[] {
  return state.history.filter(isVerified);
}

/** Revisions that a person left on purpose, and did not return to since. */
function undone(state: RolloutState): readonly string[] {
  let left: readonly string[] = [];
  for (const { revision, undid } of verifiedRevisions(state)) {
    left = left.filter((each) => each !== revision);
    if (undid !== undefined) left = [...left, undid];
  }
  return left;
}

function digestsOf(entry: HistoryEntry, state: RolloutState): readonly string[] {
  const record = state.records?.find(({ revision }) => revision.name === entry.revision);
  return [entry.image.split('@')[1] ?? '', record?.revision.modelDigest ?? ''].filter((each) => each !== '');
}

function nothing(message: string, names: readonly string[]): MlDeployError {
  return new MlDeployError({
    code: 'rollout/nothing-to-undo',
    kind: 'usage',
    message,
    hint: offer(names),
  });
}

function notVerified(to: string, names: readonly string[]): MlDeployError {
  return new MlDeployError({
    code: 'rollout/not-verified',
    kind: 'usage',
    message: `${to} was never the stable revision here, so nothing shows that it works.`,
    hint: offer(names),
  });
}

function gone({ revision, image }: HistoryEntry, names: readonly string[]): MlDeployError {
  return new MlDeployError({
    code: 'rollout/revision-gone',
    kind: 'usage',
    message: `The Deployment of ${revision} is gone, and its template was not recorded: it cannot be made again.`,
    hint: `Deploy its image with the configuration of that time: ml-deploy rollout --image ${image}. ${offer(names)}`,
  });
}

function offer(names: readonly string[]): string {
  return names.length === 0 ? 'There is no other verified revision.' : `Other verified revisions: ${names.join(', ')}.`;
}
