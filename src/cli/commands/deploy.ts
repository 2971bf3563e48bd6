import type { Command } from '../command.ts';
import { clusterOptions, engineImageOption, outputOptions, projectOptions, reportOptions } from '../options.ts';
import { requestOptions } from '../request.ts';
import { runStages } from '../run-stages.ts';

/** `ml-deploy deploy`: all four stages. */
export const deployCommand: Command = {
  description:
    'Runs all stages: validate, build, smoke, rollout. What can be foreseen (rights, registry, GPU, files) is checked for all of them before the first begins. A stage that does not pass ends the run; the stable version keeps serving.',
  options: [
    ...projectOptions,
    ...clusterOptions,
    engineImageOption,
    ...requestOptions,
    ...reportOptions,
    ...outputOptions,
  ],
  examples: [
    { line: 'ml-deploy deploy', does: 'deploy the model of mldeploy.yaml' },
    { line: 'ml-deploy deploy --environment production', does: 'with the overlay `production` on top' },
    {
      line: 'ml-deploy deploy --force --reason "r7 fails for everybody"',
      does: 'a hotfix: ready pods get all traffic, nothing is compared',
    },
  ],
  endings: {
    0: 'the new version is promoted',
    1: 'the model failed: unsafe, failed its smoke test, or rolled back',
    3: 'inconclusive, or held for a decision by a person',
  },
  run: (invocation) => runStages(['validate', 'build', 'smoke', 'rollout'], invocation),
};
