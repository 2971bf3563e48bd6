import type { EndedStages } from '../cli/host.ts';
import type { MlDeployError } from '../errors.ts';
import type { Evidence } from '../pipeline/evidence.ts';
import { stageOrder } from '../pipeline/order.ts';
import { detailsOf, failedChecks } from '../report/smoke-checks.ts';
import type { WorkflowLog } from './workflow-log.ts';

/** The runner keeps ten annotations of a level per step, so a stage gets one: its summary, and the first findings. */
const detailsShown = 5;

/**
 * Annotates how stages ended: one error or warning for each that did not pass.
 * @param log of the step
 * @param stages of the run
 */
export function annotateEnd(log: WorkflowLog, stages: EndedStages): void {
  for (const stage of stageOrder) {
    const proof = stages.evidence[stage];
    if (proof === undefined || proof.outcome === 'passed') continue;
    const level = proof.outcome === 'held' ? 'warning' : 'error';
    const message = [proof.summary, ...details(proof)].join('\n');
    log.annotate(level, `ml-deploy ${stage}: ${proof.outcome}`, message);
  }
}

/**
 * Annotates an error: what happened and what to do.
 * @param log of the step
 * @param error what ended the command
 */
export function annotateError(log: WorkflowLog, error: MlDeployError): void {
  const title = error.kind === 'infrastructure' ? 'ml-deploy: infrastructure, not the model' : 'ml-deploy';
  const message = [error.message, error.hint, `(${error.code})`].filter((line) => line !== undefined).join('\n');
  log.annotate('error', title, message);
}

function details(proof: Evidence): string[] {
  const all = allDetails(proof);
  const more = all.length - detailsShown;
  return more > 0 ? [...all.slice(0, detailsShown), `... and ${more} more in the job summary`] : all;
}

function allDetails(proof: Evidence): string[] {
  switch (proof.stage) {
    case 'validate':
      return proof.model.files.flatMap((file) =>
        file.findings.map(({ rule, severity, message, offset }) => {
          const where = offset === null ? file.path : `${file.path} at byte ${offset}`;
          return `${where}: ${message} (${severity}, ${rule})`;
        }),
      );
    case 'smoke':
      return failedChecks(proof).map(({ id, title, message }) =>
        [`${title}: ${message}`, ...detailsOf(proof, id).slice(0, 1)].join(' '),
      );
    case 'rollout':
      return [...proof.reasons];
    case 'build':
      return [];
  }
}
