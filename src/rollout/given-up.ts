import { MlDeployError } from '../errors.ts';
import type { HistoryEntry, RolloutState } from './state.ts';
import { isVerified } from './verified.ts';

/** A revision that is not deployed again without a person's word. */
export interface GivenUp {
  /** Evidence rolled it back, or a person left it by an undo. */
  readonly by: 'evidence' | 'undo';
  readonly revision: string;
  readonly entry: HistoryEntry;
}

/**
 * How this very revision (image and pod template) was given up, unless it was stable again since; null: it was not. Who takes an undo back
 * says nothing against the revision that is left by that.
 */
export function givenUpBefore(state: RolloutState | null, template: string | null): GivenUp | null {
  const marks = new Map<string, GivenUp>();
  for (const entry of state?.history ?? []) {
    const own = entry.template ?? '';
    const wasLeft = marks.get(own)?.by === 'undo';
    if (isVerified(entry)) marks.delete(own);
    else if (entry.blamed === true) marks.set(own, { by: 'evidence', revision: entry.revision, entry });
    if (state === null || entry.undid === undefined || wasLeft || !isVerified(entry)) continue;
    marks.set(templateOf(state, entry.undid) ?? '', { by: 'undo', revision: entry.undid, entry });
  }
  return template === null ? null : (marks.get(template) ?? null);
}

/** Entries name the revision that an undo left; its template stands in the entry by which it became stable, or in its record. */
function templateOf({ history, records = [], stable, previous }: RolloutState, name: string): string | null {
  const revisions = [...records.map(({ revision }) => revision), stable, previous];
  return (
    history.findLast((entry) => entry.revision === name)?.template ??
    revisions.find((revision) => revision?.name === name)?.template ??
    null
  );
}

/**
 * Why a release is refused that was given up: a pipeline that runs again must not let users pay for the same defect again.
 */
export function wasRolledBack({ by, revision, entry }: GivenUp): MlDeployError {
  const { at, image, reason } = entry;
  return new MlDeployError({
    code: 'rollout/was-rolled-back',
    kind: 'usage',
    message:
      by === 'evidence'
        ? `This very release (${image}, same configuration) was rolled back as ${revision} at ${at}: ${reason}`
        : `This very release (${revision}, same image and configuration) was left at ${at} by an undo to ${entry.revision}.`,
    hint:
      by === 'evidence'
        ? 'Deploy a repaired one, or say `--retry` to try this one again.'
        : `Deploy a repaired one, say \`--retry\` to try this one again, or go back to it by \`ml-deploy undo --to ${revision}\`.`,
  });
}
