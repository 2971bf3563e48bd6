import type { Command } from '../command.ts';
import {
  clusterOptions,
  engineImageOption,
  imageOption,
  outputOptions,
  projectOptions,
  reportOptions,
} from '../options.ts';
import { requestOptions } from '../request.ts';
import { runStages } from '../run-stages.ts';

/** `ml-deploy build`. */
export const buildCommand: Command = {
  description:
    'Builds the image of the model that was validated last and pushes it. The model is hashed again: a model that changed since is refused. Needs the evidence of validate.',
  options: [
    ...projectOptions,
    {
      flags: '--check',
      description:
        'build anew without caches, push nothing, and compare with the last build of this folder, else with what the registry has',
    },
    ...reportOptions,
    ...outputOptions,
  ],
  examples: [
    { line: 'ml-deploy build', does: 'build what `ml-deploy validate` has passed' },
    { line: 'ml-deploy build --check', does: 'prove that the image can be made again' },
  ],
  endings: { 0: 'the image is in the registry; with --check: the same image again', 1: 'with --check: another image' },
  run: async (invocation) => {
    if (!invocation.options.flag('check')) return runStages(['build'], invocation);
    const { checkBuildAgain } = await import('../check-build.ts');
    return checkBuildAgain(invocation);
  },
};

/** `ml-deploy smoke`. */
export const smokeCommand: Command = {
  description:
    'Starts the very image that will be deployed, on the device that `smoke.device` asks for, and sends requests: from the contract and from the golden file. Needs the evidence of build, --image, or a running server at `smoke.url`.',
  options: [...projectOptions, ...clusterOptions, imageOption, engineImageOption, ...reportOptions, ...outputOptions],
  examples: [
    { line: 'ml-deploy smoke', does: 'test what `ml-deploy build` has built' },
    {
      line: `ml-deploy smoke --image ghcr.io/acme/fraud@sha256:${'0'.repeat(64)}`,
      does: 'test an image that was built elsewhere',
    },
  ],
  endings: { 0: 'every check passed', 1: 'a check failed', 3: 'the checks prove nothing either way' },
  run: (invocation) => runStages(['smoke'], invocation),
};

/** `ml-deploy rollout`. */
export const rolloutCommand: Command = {
  description:
    'Brings the tested image into the cluster beside the stable version, gives it a growing share of the traffic and promotes it or rolls it back by what its requests show. Needs the evidence of build and smoke, or --image.',
  options: [
    ...projectOptions,
    ...clusterOptions,
    imageOption,
    engineImageOption,
    ...requestOptions,
    ...reportOptions,
    ...outputOptions,
  ],
  examples: [
    { line: 'ml-deploy rollout', does: 'roll out what `ml-deploy smoke` has passed' },
    {
      line: `ml-deploy rollout --image ghcr.io/acme/fraud@sha256:${'0'.repeat(64)}`,
      does: 'roll out an image that was built and tested elsewhere',
    },
    { line: 'ml-deploy rollout --environment production', does: 'with the overlay `production` on top' },
  ],
  endings: {
    0: 'the new version is promoted',
    1: 'the new version was rolled back on evidence',
    3: 'inconclusive, or held for a decision by a person',
  },
  run: (invocation) => runStages(['rollout'], invocation),
};
