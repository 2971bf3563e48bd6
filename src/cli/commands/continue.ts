import type { Command, Invocation } from '../command.ts';
import { clusterOptions, engineImageOption, outputOptions, projectOptions, reportOptions } from '../options.ts';
import { rolloutFrom } from '../rollout-from.ts';

/** `ml-deploy promote`. */
export const promoteCommand: Command = {
  description:
    'Answers for the step that waits (an approval, or an inconclusive step that was held) and goes on with the next one. Needs the same configuration as the rollout.',
  options: [...projectOptions, ...clusterOptions, engineImageOption, ...reportOptions, ...outputOptions],
  examples: [{ line: 'ml-deploy promote --environment production', does: 'approve the step that waits' }],
  endings: {
    0: 'the new version is promoted',
    1: 'the new version was rolled back on evidence',
    3: 'held again at a later step, or inconclusive',
  },
  run: (invocation) => goOn(invocation, (commands) => commands.promote),
};

/** `ml-deploy resume`. */
export const resumeCommand: Command = {
  description:
    'Begins again at the first step with all counts so far (a held rollout: at the step that waits). Works from any machine that has the same configuration.',
  options: [...projectOptions, ...clusterOptions, engineImageOption, ...reportOptions, ...outputOptions],
  examples: [{ line: 'ml-deploy resume', does: 'go on with the rollout that the watchdog has stopped' }],
  endings: {
    0: 'the new version is promoted',
    1: 'the new version was rolled back on evidence',
    3: 'inconclusive, or held for a decision by a person',
  },
  run: (invocation) => goOn(invocation, (commands) => commands.resume),
};

type Commands = typeof import('../../rollout/commands/resume.ts');

function goOn(invocation: Invocation, which: (commands: Commands) => Commands['resume']): Promise<number> {
  return rolloutFrom(invocation, async (context, api) =>
    which(await import('../../rollout/commands/resume.ts'))(context, api),
  );
}
