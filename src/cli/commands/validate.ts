import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MlDeployError } from '../../errors.ts';
import type { Command } from '../command.ts';
import { againstOption, projectOptions, reportOptions, validationOutputOptions } from '../options.ts';

/** `ml-deploy validate`: the model of the configuration, or any path without one. */
export const validateCommand: Command = {
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
  run: async (invocation) => {
    const [first] = invocation.arguments;
    if (first !== undefined) {
      await hashAhead(resolve(invocation.host.cwd, first));
      const { validatePaths } = await import('../validate-paths.ts');
      return validatePaths(invocation);
    }
    if (invocation.options.text('against') === null) {
      const { runStages } = await import('../run-stages.ts');
      return runStages(['validate'], invocation);
    }
    throw new MlDeployError({
      code: 'cli/bad-option',
      kind: 'usage',
      message: '--against needs a PATH',
      hint: 'For the model of mldeploy.yaml, set model.previous there.',
    });
  },
};

/** Starts what hashes a large file while the rest of the program is loaded. */
async function hashAhead(path: string): Promise<void> {
  const { hashingSoon } = await import('../../hashing/hashing.ts');
  const facts = await stat(path).catch(() => null);
  if (facts?.isFile() === true) hashingSoon(facts.size);
}
