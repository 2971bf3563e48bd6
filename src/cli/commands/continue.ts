import { recordStop } from '../../pipeline/deploy.ts';
import type { Evidence, RolloutEvidence } from '../../pipeline/evidence.ts';
import type { Command, Invocation } from '../command.ts';
import { withCluster } from '../cluster.ts';
import { clusterOptions, engineImageOption, outputOptions, projectOptions, reportOptions } from '../options.ts';
import { concludeRollout, concludeStopped } from '../outcome.ts';
import { withProject } from '../session.ts';

/** `ml-deploy promote`. */
export const promoteCommand: Command = {
  name: 'promote',
  summary: 'let a held rollout go on',
  description:
    'Answers for the step that waits (an approval, or an inconclusive step that was held) and goes on with the next one. Needs the same configuration as the rollout.',
  options: [...projectOptions, ...clusterOptions, engineImageOption, ...reportOptions, ...outputOptions],
  examples: [{ line: 'ml-deploy promote --environment production', does: 'approve the step that waits' }],
  endings: {
    0: 'the new version is promoted',
    1: 'the new version was rolled back on evidence',
    3: 'held again at a later step, or inconclusive',
  },
  run: (invocation) => goOn(invocation, 'promote'),
};

/** `ml-deploy resume`. */
export const resumeCommand: Command = {
  name: 'resume',
  summary: 'go on with an unfinished rollout',
  description:
    'Begins again at the first step with all counts so far (a held rollout: at the step that waits). Works from any machine that has the same configuration.',
  options: [...projectOptions, ...clusterOptions, engineImageOption, ...reportOptions, ...outputOptions],
  examples: [{ line: 'ml-deploy resume', does: 'go on with the rollout that the watchdog has stopped' }],
  endings: {
    0: 'the new version is promoted',
    1: 'the new version was rolled back on evidence',
    3: 'inconclusive, or held for a decision by a person',
  },
  run: (invocation) => goOn(invocation, 'resume'),
};

async function goOn(invocation: Invocation, how: 'promote' | 'resume'): Promise<number> {
  return withProject(invocation, async (session) => {
    const commands = await import('../../rollout/commands/resume.ts');
    session.reporter.stage('rollout', []);
    const go = (onUnfinished: (evidence: Evidence) => void): Promise<RolloutEvidence> =>
      withCluster(session, (api) => commands[how]({ ...session.context, onUnfinished }, api));
    let evidence: RolloutEvidence;
    try {
      evidence = await recordStop('rollout', session.store, go, { onlyBegun: true });
    } catch (error) {
      await concludeStopped(session, invocation);
      throw error;
    }
    return concludeRollout(evidence, session, invocation);
  });
}
