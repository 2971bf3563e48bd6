import { runPipeline } from '../pipeline/deploy.ts';
import type { PipelineResult } from '../pipeline/deploy.ts';
import type { StageName } from '../pipeline/evidence.ts';
import { loadStages } from '../pipeline/order.ts';
import type { Invocation } from './command.ts';
import { conclude, concludeStopped } from './outcome.ts';
import { withProject } from './session.ts';

/** Runs stages of the project in the current folder, shows the result and returns the exit code. */
export async function runStages(names: readonly StageName[], invocation: Invocation): Promise<number> {
  return withProject(invocation, async (session) => {
    let result: PipelineResult;
    try {
      result = await runPipeline(await loadStages(names), session.context, session.store);
    } catch (error) {
      await concludeStopped(session, invocation);
      throw error;
    }
    return conclude(result, session, invocation);
  });
}
