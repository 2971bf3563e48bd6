import { MlDeployError } from '../errors.ts';
import type { ErrorKind } from '../errors.ts';
import type { Stage, StageContext } from './stage.ts';

// What only the user can change comes first; what may pass by itself comes last.
const worstFirst: readonly ErrorKind[] = ['interrupted', 'model', 'usage', 'infrastructure', 'inconclusive'];

/**
 * Runs every stage's preflight and reports all failures at once, worst first: one failure is thrown as it is, several as
 * `preflight/failed` with the kind of the worst. A defect (an error that is not ours) is thrown at once.
 */
export async function runPreflights(stages: readonly Stage[], context: StageContext): Promise<void> {
  const failures: { readonly stage: string; readonly error: MlDeployError }[] = [];
  for (const stage of stages) {
    const task = context.reporter.task(`Check what ${stage.name} needs`);
    try {
      await stage.preflight(context);
      task.done();
    } catch (error) {
      if (!(error instanceof MlDeployError) || error.kind === 'interrupted') {
        task.fail();
        throw error;
      }
      task.fail(error.message);
      failures.push({ stage: stage.name, error });
    }
  }
  // Stable sort: equals stay in the order of the stages.
  failures.sort((a, b) => worstFirst.indexOf(a.error.kind) - worstFirst.indexOf(b.error.kind));
  const [worst, ...others] = failures;
  if (worst === undefined) return;
  if (others.length === 0) throw worst.error;
  throw new MlDeployError({
    code: 'preflight/failed',
    kind: worst.error.kind,
    message: [
      `${failures.length} things stand in the way; nothing was started:`,
      ...failures.map(({ stage, error }, index) => problemText(index + 1, stage, error)),
    ].join('\n'),
    cause: new AggregateError(failures.map(({ error }) => error)),
  });
}

function problemText(number: number, stage: string, error: MlDeployError): string {
  const hint = error.hint === undefined ? '' : `\n   ${error.hint.replaceAll('\n', '\n   ')}`;
  return `${number}. ${stage} (${error.code}): ${error.message.replaceAll('\n', '\n   ')}${hint}`;
}
