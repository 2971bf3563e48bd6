import { resolve } from 'node:path';
import type { ValidateEvidence } from '../../pipeline/evidence.ts';
import { exitCodeOfOutcome } from '../../pipeline/order.ts';
import type { Command, Invocation } from '../command.ts';
import type { Host } from '../host.ts';
import { outputOptions, projectOptions, reportOptions } from '../options.ts';
import { palette } from '../reporter/colour.ts';
import { runStages } from '../run-stages.ts';
import { withSession } from '../session.ts';

/** `ml-deploy validate`: the model of the configuration, or any path without one. */
export const validateCommand: Command = {
  name: 'validate',
  summary: 'check that a model is safe to load',
  description:
    'Reads model files byte by byte and never loads them. What is not understood is inconclusive, never clean. Without PATH it checks the model of mldeploy.yaml and keeps the evidence for the next stages; with PATH it needs no configuration and keeps nothing.',
  arguments: [{ name: '[PATH...]', description: 'files or folders, each judged as one model' }],
  options: [...projectOptions, ...reportOptions, ...outputOptions],
  examples: [
    { line: 'ml-deploy validate model.pkl', does: 'one file, without any configuration' },
    { line: 'ml-deploy validate --format json models/*', does: 'several, as data' },
    { line: 'ml-deploy validate', does: 'the model of mldeploy.yaml' },
  ],
  endings: { 0: 'clean', 1: 'unsafe', 3: 'inconclusive: something is not understood' },
  run: (invocation) =>
    invocation.arguments.length === 0 ? runStages(['validate'], invocation) : validatePaths(invocation),
};

async function validatePaths(invocation: Invocation): Promise<number> {
  const { host, options } = invocation;
  return withSession(invocation, host.cwd, async ({ reporter, signal, access }) => {
    const { validatePath } = await import('../../model/validate.ts');
    const { validateEvidence } = await import('../../model/stage.ts');
    const all: ValidateEvidence[] = [];
    for (const path of invocation.arguments) {
      const startedAt = new Date();
      const found = await validatePath(resolve(host.cwd, path), { name: path }, reporter, signal);
      const facts = { project: path, environment: null, contract: null, startedAt, host: access };
      all.push(validateEvidence(found, facts));
    }
    reporter.close();
    const worst = worstOf(all);
    if (worst === null) return exitCodeOfOutcome('passed');
    host.listener?.ended({ evidence: { validate: worst }, outcome: worst.outcome, folder: null, report: null });
    if (options.text('format') === 'json') host.stdout.write(validateJson(worst.verdict, all));
    else await writeText(all, host, options.flag('color'));
    return exitCodeOfOutcome(worst.outcome);
  });
}

function worstOf(all: readonly ValidateEvidence[]): ValidateEvidence | null {
  const verdicts = ['unsafe', 'inconclusive', 'clean'] as const;
  return verdicts.map((verdict) => all.find((one) => one.verdict === verdict)).find((one) => one !== undefined) ?? null;
}

/** What programs read: the worst verdict, the models, and every file with its findings. */
function validateJson(verdict: string, all: readonly ValidateEvidence[]): string {
  const models = all.map(({ model: { path, digest, bytes }, verdict: own }) => ({ path, digest, bytes, verdict: own }));
  const files = all.flatMap(({ model }) => model.files.map((file) => ({ model: model.path, ...file })));
  return `${JSON.stringify({ verdict, models, files }, null, 2)}\n`;
}

async function writeText(all: readonly ValidateEvidence[], host: Host, colour: boolean): Promise<void> {
  const { validateText } = await import('../../report/validate-text.ts');
  const { bold } = palette(host.stdout, colour ? host.environment : { ...host.environment, NO_COLOR: '1' });
  host.stdout.write(validateText(all, bold('x') !== 'x'));
}
