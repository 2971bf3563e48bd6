import type { Config } from '../../config/config.ts';
import { MlDeployError } from '../../errors.ts';
import type { StageContext } from '../../pipeline/stage.ts';

/** What a check needs to know. `config` is null in a folder without mldeploy.yaml. */
export interface CheckContext extends Omit<StageContext, 'config' | 'evidence'> {
  readonly config: Config | null;
  /** Root of the file system of this machine, for tests; `/` unless said. */
  readonly machineRoot?: string;
}

/** What is there, with a hint when something could be better: one thing to do on each line. `absent`: it is not there, and need not be. */
export type Found = string | { readonly detail: string; readonly hint: string | null; readonly absent?: true };

/** One thing that a deploy needs. `run` says what is there, or throws MlDeployError with what is missing and how to get it. */
export interface Check {
  readonly title: string;
  /** Title of a check that must be ok for this one to say anything new. */
  readonly after?: string;
  /** Why it cannot be looked at, or null when it can. */
  skip(context: CheckContext): string | null;
  run(context: CheckContext): Promise<Found>;
}

/** What a check found. */
export interface Checked {
  readonly title: string;
  readonly state: 'ok' | 'failed' | 'skipped';
  readonly detail: string;
  /** What to do; null when there is nothing to do. */
  readonly hint: string | null;
  readonly error: MlDeployError | null;
}

/** Runs one check; `earlier` are those that came before. A defect is thrown. */
export async function runCheck(check: Check, context: CheckContext, earlier: readonly Checked[]): Promise<Checked> {
  const { title } = check;
  const failed = earlier.some((other) => other.title === check.after && other.state !== 'ok');
  const skipped = check.skip(context) ?? (failed ? `${check.after ?? ''} comes first` : null);
  if (skipped !== null) return { title, state: 'skipped', detail: skipped, hint: null, error: null };
  try {
    const found = await check.run(context);
    const { detail, hint, absent } = typeof found === 'string' ? { detail: found, hint: null, absent: false } : found;
    return { title, state: absent === true ? 'skipped' : 'ok', detail, hint, error: null };
  } catch (error) {
    if (!(error instanceof MlDeployError) || error.kind === 'interrupted') throw error;
    return { title, state: 'failed', detail: error.message, hint: error.hint ?? null, error };
  }
}
