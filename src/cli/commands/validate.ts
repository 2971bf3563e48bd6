import { resolve } from 'node:path';
import { exitCodeOf, exitCodes, MlDeployError } from '../../errors.ts';
import type { ValidateEvidence } from '../../pipeline/evidence.ts';
import { exitCodeOfOutcome } from '../../pipeline/order.ts';
import type { ValidationError } from '../../report/validation.ts';
import type { Command, Invocation } from '../command.ts';
import { againstOption, projectOptions, reportOptions, validationOutputOptions } from '../options.ts';
import { colourEnvironment, writeResult } from '../outcome.ts';
import { palette } from '../reporter/colour.ts';
import { runStages } from '../run-stages.ts';
import { withSession, type Session } from '../session.ts';
import type { Validated } from '../../model/validate.ts';
import { withImage } from '../validate-image.ts';
import { validationText } from '../validation-text.ts';

/** `ml-deploy validate`: the model of the configuration, or any path without one. */
export const validateCommand: Command = {
  name: 'validate',
  summary: 'check that a model is safe to load',
  description:
    'Reads model files byte by byte and never loads them. What is not understood is inconclusive, never clean. Without PATH it checks the model of mldeploy.yaml and keeps the evidence for the next stages; with PATH it needs no configuration and keeps nothing.',
  arguments: [{ name: '[PATH...]', description: 'files, folders or oci://host/path:tag, each judged as one model' }],
  options: [...projectOptions, ...reportOptions, againstOption, ...validationOutputOptions],
  examples: [
    { line: 'ml-deploy validate model.pkl', does: 'one file, without any configuration' },
    { line: 'ml-deploy validate --format json models/*', does: 'several, as data' },
    { line: 'ml-deploy validate --format sarif -o model.sarif models/', does: 'for a code scanning service' },
    { line: 'ml-deploy validate oci://ghcr.io/acme/fraud:v7', does: 'the model in an image or artifact' },
    { line: 'ml-deploy validate', does: 'the model of mldeploy.yaml' },
  ],
  endings: { 0: 'clean', 1: 'unsafe', 3: 'inconclusive: something is not understood' },
  run: (invocation) => {
    if (invocation.arguments.length > 0) return validatePaths(invocation);
    if (invocation.options.text('against') === null) return runStages(['validate'], invocation);
    throw new MlDeployError({
      code: 'cli/bad-option',
      kind: 'usage',
      message: '--against needs a PATH',
      hint: 'For the model of mldeploy.yaml, set model.previous there.',
    });
  },
};

async function validatePaths(invocation: Invocation): Promise<number> {
  const { host, options } = invocation;
  const work = async (session: Session): Promise<number> => {
    const all: ValidateEvidence[] = [];
    const errors: ValidationError[] = [];
    let first: MlDeployError | null = null;
    for (const path of new Set(invocation.arguments)) {
      try {
        all.push(await validateOne(path, session, invocation));
      } catch (error) {
        if (!(error instanceof MlDeployError) || error.kind === 'interrupted') throw error;
        first ??= error;
        errors.push({ path, code: error.code, message: error.message, hint: error.hint ?? null });
      }
    }
    session.reporter.close();
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
  };
  return withSession(invocation, host.cwd, work, { changesNothing: true });
}

async function validateOne(path: string, session: Session, { host, options }: Invocation): Promise<ValidateEvidence> {
  const { reporter, signal, access } = session;
  const { validatePath } = await import('../../model/validate.ts');
  const { validateEvidence } = await import('../../model/stage.ts');
  const startedAt = new Date();
  const against = options.text('against');
  const { readPrevious } = await import('../../model/previous.ts');
  const policy = against === null ? {} : { previous: await readPrevious(resolve(host.cwd, against), against) };
  const judge = (place: string): Promise<Validated> => validatePath(place, { name: path, policy }, reporter, signal);
  const found = path.startsWith('oci://')
    ? await withImage(path, session, judge)
    : await judge(resolve(host.cwd, path));
  return validateEvidence(found, { project: path, environment: null, startedAt, host: access });
}

function worstOf(all: readonly ValidateEvidence[]): ValidateEvidence | null {
  const verdicts = ['unsafe', 'inconclusive', 'clean'] as const;
  return verdicts.map((verdict) => all.find((one) => one.verdict === verdict)).find((one) => one !== undefined) ?? null;
}
