import type { Command } from '../command.ts';
import { outputOptions, projectOptions, reportOptions } from '../options.ts';
import { runStages } from '../run-stages.ts';

/** `ml-deploy validate`: the model of the configuration. */
export const validateCommand: Command = {
  name: 'validate',
  summary: 'check that a model is safe to load',
  description:
    'Reads model files byte by byte and never loads them. What is not understood is inconclusive, never clean. Checks the model of mldeploy.yaml and keeps the evidence for the next stages.',
  options: [...projectOptions, ...reportOptions, ...outputOptions],
  examples: [{ line: 'ml-deploy validate', does: 'check the model of mldeploy.yaml' }],
  endings: { 0: 'clean', 1: 'unsafe', 3: 'inconclusive: something is not understood' },
  run: (invocation) => runStages(['validate'], invocation),
};
