import type { Command } from '../command.ts';
import {
  clusterOptions,
  engineImageOption,
  outputOptions,
  projectOptions,
  reportOptions,
  targetOptions,
} from '../options.ts';
import { rolloutAnywhere } from '../rollout-from.ts';

/** `ml-deploy undo`. */
export const undoCommand: Command = {
  description:
    'Returns to a revision that was the stable one before: by default the last one before the current. Its pods are ready and warm before they get all the traffic; with --canary it is judged as a new version would be. The version that is left counts as rolled back: deploying it again needs --retry. Works from any machine that reaches the cluster: without mldeploy.yaml, or with --model and --namespace, under the settings that the last promoted rollout recorded there. For a rollout that is not finished, use rollback.',
  options: [
    ...targetOptions,
    ...projectOptions,
    { flags: '--to <revision>', description: 'rN, or the digest (sha256:...) of its image or model' },
    { flags: '--canary', description: 'by the configured strategy, with its steps and statistics' },
    ...clusterOptions,
    engineImageOption,
    ...reportOptions,
    ...outputOptions,
  ],
  examples: [
    { line: 'ml-deploy undo', does: 'the last verified version before this one, at once' },
    { line: 'ml-deploy undo --to r12 --canary', does: 'a certain one, step by step' },
    { line: 'ml-deploy undo --model fraud --namespace ml', does: 'from a machine without the project' },
  ],
  endings: {
    0: 'the older version is the stable one again',
    1: 'the older version failed, and the present one stays',
    3: 'inconclusive, or held for a decision by a person',
  },
  run: (invocation) =>
    rolloutAnywhere(invocation, async (context, api) => {
      const { undo } = await import('../../rollout/commands/undo.ts');
      const { options } = invocation;
      return undo(context, api, { to: options.text('to'), judged: options.flag('canary') });
    }),
};
