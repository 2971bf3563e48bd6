import { resolve } from 'node:path';
import { exitCodes } from '../../errors.ts';
import type { Verdict } from '../../pipeline/evidence.ts';
import type { Command, Invocation } from '../command.ts';
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

const exitCodeOfVerdict: Readonly<Record<Verdict, number>> = {
  clean: exitCodes.ok,
  unsafe: exitCodes.model,
  inconclusive: exitCodes.inconclusive,
};

async function validatePaths(invocation: Invocation): Promise<number> {
  const { host, options } = invocation;
  return withSession(invocation, host.cwd, async ({ reporter, signal }) => {
    const { validatePath } = await import('../../model/validate.ts');
    const validated = [];
    for (const path of invocation.arguments) {
      validated.push(await validatePath(resolve(host.cwd, path), { name: path }, reporter, signal));
    }
    reporter.close();
    const verdicts = validated.map(({ verdict }) => verdict);
    const verdict = (['unsafe', 'inconclusive'] as const).find((bad) => verdicts.includes(bad)) ?? 'clean';
    const worst = validated.find((one) => one.verdict === verdict);
    if (worst !== undefined) {
      host.listener?.ended({ evidence: { validate: worst }, outcome: worst.outcome, folder: null, report: null });
    }
    if (options.text('format') === 'json') {
      const files = validated.flatMap(({ model }) => model.files.map((file) => ({ model: model.path, ...file })));
      const models = validated.map(({ model: { path, digest, bytes }, verdict: own }) => ({
        path,
        digest,
        bytes,
        verdict: own,
      }));
      host.stdout.write(`${JSON.stringify({ verdict, models, files }, null, 2)}\n`);
    } else {
      const { validateText } = await import('../../report/validate-text.ts');
      const colours = options.flag('color') ? host.environment : { ...host.environment, NO_COLOR: '1' };
      const { bold } = palette(host.stdout, colours);
      host.stdout.write(validateText(validated, bold('x') !== 'x'));
    }
    return exitCodeOfVerdict[verdict];
  });
}
