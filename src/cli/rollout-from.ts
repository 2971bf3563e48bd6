import type { KubeApi } from '../kubernetes/api.ts';
import { recordStop } from '../pipeline/deploy.ts';
import type { Evidence, RolloutEvidence } from '../pipeline/evidence.ts';
import type { StageContext } from '../pipeline/stage.ts';
import type { Invocation } from './command.ts';
import { withCluster } from './cluster.ts';
import { concludeRollout, concludeStopped } from './outcome.ts';
import { withProject } from './session.ts';

/**
 * Runs a rollout that is no stage of a pipeline (a resume, an undo) and shows its evidence; returns the exit code.
 */
export async function rolloutFrom(
  invocation: Invocation,
  work: (context: Omit<StageContext, 'evidence'>, api: KubeApi) => Promise<RolloutEvidence>,
): Promise<number> {
  return withProject(invocation, async (session) => {
    session.reporter.stage('rollout', []);
    const go = (onUnfinished: (evidence: Evidence) => void): Promise<RolloutEvidence> =>
      withCluster(session, (api) => work({ ...session.context, onUnfinished }, api));
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
