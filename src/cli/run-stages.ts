import { runPipeline } from '../pipeline/deploy.ts';
import type { PipelineResult } from '../pipeline/deploy.ts';
import type { StageName } from '../pipeline/evidence.ts';
import { exitCodeOfOutcome, loadStages, stageOrder } from '../pipeline/order.ts';
import type { Invocation } from './command.ts';
import type { ProjectSession } from './session.ts';
import { withProject } from './session.ts';

/** Runs stages of the project in the current folder, shows the result and returns the exit code. */
export async function runStages(names: readonly StageName[], invocation: Invocation): Promise<number> {
  return withProject(invocation, async (session) => {
    const stages = await loadStages(names);
    const result = await runPipeline(stages, session.context, session.store);
    session.reporter.close();
    invocation.host.listener?.ended({ ...result, folder: session.store.folder });
    showResult(result, session, invocation);
    return exitCodeOfOutcome(result.outcome);
  });
}

function showResult(result: PipelineResult, session: ProjectSession, { host, options }: Invocation): void {
  const { evidence, outcome, last } = result;
  if (options.text('format') === 'json') {
    host.stdout.write(`${JSON.stringify({ outcome, stage: last, evidence }, null, 2)}\n`);
    return;
  }
  for (const name of stageOrder) {
    const proof = evidence[name];
    if (proof !== undefined) host.stdout.write(`${name}: ${proof.outcome}: ${proof.summary}\n`);
  }
  host.stdout.write(`evidence: ${session.store.folder}\n`);
}
