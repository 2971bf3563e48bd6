import { MlDeployError } from '../../../errors.ts';
import type { KubeObject } from '../../../kubernetes/api.ts';
import { schedulingProblem } from '../../../kubernetes/scheduling.ts';

/** Translates the scheduler's message into an error that says what is missing and what to do. */
export function explainUnschedulable(message: string, pod: KubeObject): MlDeployError {
  const { text, hint } = schedulingProblem(message);
  return new MlDeployError({
    code: 'smoke/unschedulable',
    kind: 'infrastructure',
    message: `No node can take pod ${pod.metadata.name}: ${text}.`,
    hint,
  });
}
