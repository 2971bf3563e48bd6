import { MlDeployError } from '../src/errors.ts';

/** Something the person who runs the demo has to mend; shown without a stack trace. */
export class DemoProblem extends Error {}

/**
 * Turns an error of ml-deploy's into a problem of the demo: what was looked at, what is wrong, what to do (`hint`, else the error's own).
 * Anything else stays as it is.
 */
export function explained(what: string, error: unknown, hint?: string): unknown {
  if (!(error instanceof MlDeployError)) return error;
  const advice = hint ?? error.hint;
  return new DemoProblem(`${what}: ${error.message.trim()}${advice === undefined ? '' : `\n  ${advice}`}`);
}
