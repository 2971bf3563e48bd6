import { resolve } from 'node:path';
import { exitCodeOf, exitCodes, MlDeployError } from '../errors.ts';
import type { Policy } from '../model/policy.ts';
import { validateEvidence } from '../model/stage.ts';
import { validatePath } from '../model/validate.ts';
import type { ValidateEvidence } from '../pipeline/evidence.ts';
import { exitCodeOfOutcome } from '../pipeline/order.ts';
import type { ValidationError } from '../report/validation.ts';
import type { Invocation } from './command.ts';
import { colourEnvironment, writeResult } from './outcome.ts';
import { palette } from './reporter/colour.ts';
import { withSession, type Session } from './session.ts';
import { validationText } from './validation-text.ts';

/** Judges each path on its own, shows the result and returns the exit code. */
export async function validatePaths(invocation: Invocation): Promise<number> {
  const { host } = invocation;
  const work = async (session: Session): Promise<number> => {
    const all: ValidateEvidence[] = [];
    const errors: ValidationError[] = [];
    let first: MlDeployError | null = null;
    for (const path of new Set(invocation.arguments)) {
      try {
        all.push(...(await validateOne(path, session, invocation)));
      } catch (error) {
        if (!(error instanceof MlDeployError) || error.kind === 'interrupted') throw error;
        first ??= error;
        errors.push({ path, code: error.code, message: error.message, hint: error.hint ?? null });
      }
    }
    session.reporter.close();
    return show({ all, errors, first }, session, invocation);
  };
  return withSession(invocation, host.cwd, work, { changesNothing: true });
}

/** What became of the paths. */
interface Judged {
  readonly all: readonly ValidateEvidence[];
  readonly errors: readonly ValidationError[];
  /** Of the errors, whole. */
  readonly first: MlDeployError | null;
}

async function show({ all, errors, first }: Judged, session: Session, invocation: Invocation): Promise<number> {
  const { host, options } = invocation;
  const worst = worstOf(all);
  const format = options.text('format') ?? 'text';
  // For people, the error is all there is to show; programs get the document that they expect, with the errors in it.
  if (worst === null && first !== null && format === 'text') throw first;
  if (worst !== null) {
    host.listener?.ended({ evidence: { validate: worst }, outcome: worst.outcome, folder: null, report: null });
  }
  const { bold } = palette(host.stdout, colourEnvironment(invocation));
  const text = await validationText(format, all, errors, bold('x') !== 'x');
  await writeResult(text, invocation);
  for (const { message } of errors) session.reporter.note('error', message);
  if (first !== null && worst === null) return exitCodeOf(first);
  if (first !== null && worst?.outcome !== 'failed') return exitCodes.usage;
  return exitCodeOfOutcome(worst?.outcome ?? 'passed');
}

/** One model; several when an image has others for other platforms. */
async function validateOne(
  path: string,
  session: Session,
  { host, options }: Invocation,
): Promise<readonly ValidateEvidence[]> {
  const { reporter, signal, access } = session;
  const startedAt = new Date();
  const against = options.text('against');
  const policy = against === null ? {} : { previous: await previousOf(resolve(host.cwd, against), against) };
  // What is in an image was packed by somebody.
  const everything = path.startsWith('oci://');
  const judge = async (place: string, name: string): Promise<ValidateEvidence> => {
    const found = await validatePath(place, { name, policy, everything }, reporter, signal);
    return validateEvidence(found, { project: name, environment: null, startedAt, host: access });
  };
  if (!everything) return [await judge(resolve(host.cwd, path), path)];
  const { withImage } = await import('./validate-image.ts');
  return withImage(path, session, judge);
}

async function previousOf(file: string, name: string): Promise<Policy['previous']> {
  const { readPrevious } = await import('../model/previous.ts');
  return readPrevious(file, name);
}

function worstOf(all: readonly ValidateEvidence[]): ValidateEvidence | null {
  const verdicts = ['unsafe', 'inconclusive', 'clean'] as const;
  return verdicts.map((verdict) => all.find((one) => one.verdict === verdict)).find((one) => one !== undefined) ?? null;
}
