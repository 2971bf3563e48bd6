import { MlDeployError } from '../errors.ts';
import { holderOf } from './begin.ts';
import { holdIsOver } from './state.ts';
import type { HistoryEntry, RolloutState } from './state.ts';
import type { Survey } from './survey.ts';

/** A rollout that has not come to its end, and what the next `deploy` makes of it; sentences for people. */
export interface Unfinished {
  readonly phase: 'running' | 'held' | 'abandoned';
  /** Revision that was to be promoted. */
  readonly candidate: string;
  readonly now: string;
  readonly next: string;
}

/**
 * The rollout that is still open in what the survey found; null when there is none.
 */
export function unfinishedRollout(found: Survey): Unfinished | null {
  const { state } = found.store;
  if (state === null || state.phase === 'done') return null;
  const { phase } = state;
  const candidate = state.candidate?.name ?? state.stable?.name ?? 'a revision';
  return { phase, candidate, ...sentences(found, state, candidate) };
}

function sentences(found: Survey, state: RolloutState, candidate: string): Pick<Unfinished, 'now' | 'next'> {
  switch (state.phase) {
    case 'held':
      return holdIsOver(state)
        ? {
            now: `${candidate} was held until ${state.hold?.until ?? ''}; that time is over.`,
            next: `The next \`deploy\`, \`promote\` or \`resume\` rolls ${candidate} back first.`,
          }
        : {
            now: `${candidate} is held until ${state.hold?.until ?? ''}: ${state.hold?.reason ?? ''}`,
            next: `\`ml-deploy promote\` accepts step ${(state.hold?.step ?? 0) + 1} and goes on, \`ml-deploy resume\` repeats it, \`ml-deploy rollback\` ends the rollout; until then \`deploy\` and \`rollout\` refuse.`,
          };
    case 'running':
      return {
        now: `${candidate} is being rolled out by ${holderOf(found)}.`,
        next: '`deploy` and `rollout` refuse while that engine is alive; when it is dead they start anew.',
      };
    default:
      return {
        now: `The rollout of ${candidate} was abandoned: its engine went silent and the watchdog restored ${state.stable?.name ?? 'what was before'}.`,
        next: `\`deploy\` and \`rollout\` start anew with what they deploy; \`ml-deploy resume\` goes on with ${candidate}, \`ml-deploy rollback\` ends it.`,
      };
  }
}

/**
 * Refuses while a hold waits for a person (`rollout/held`); one that has run out does not count.
 */
export function refuseHeld(found: Survey): void {
  const { state } = found.store;
  if (state?.phase !== 'held' || state.hold === null || holdIsOver(state)) return;
  throw new MlDeployError({
    code: 'rollout/held',
    kind: 'usage',
    message: `A rollout of ${found.ref.model} (${state.candidate?.name ?? ''}) is held until ${state.hold.until}: ${state.hold.reason}`,
    hint: 'Decide about it first: `ml-deploy promote`, `ml-deploy resume` or `ml-deploy rollback`.',
  });
}

/**
 * The error of a command that needs an unfinished rollout when there is none; says what serves and how the last rollout ended.
 */
export function nothingUnfinished(found: Survey, what: string): MlDeployError {
  const { ref, stable, store } = found;
  const serves =
    stable === null
      ? `no revision of ${ref.model} serves in namespace ${ref.namespace}`
      : `${stable.name} already serves all traffic of ${ref.model} in namespace ${ref.namespace}`;
  const last = store.state?.history.at(-1);
  return new MlDeployError({
    code: 'rollout/nothing-to-resume',
    kind: 'usage',
    message: `nothing to ${what}: ${serves}, and no rollout is unfinished.${last === undefined ? '' : ` The last one: ${endedText(last)}`}`,
    hint: 'Start one with `ml-deploy deploy`.',
  });
}

/** `r3 was rolled back at 2026-11-22T18:00:00.000Z: errors ...` */
function endedText({ revision, ended, at, reason }: HistoryEntry): string {
  return `${revision} was ${ended} at ${at}: ${reason}`;
}
