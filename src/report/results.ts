import type { EvidenceSoFar } from '../pipeline/evidence.ts';

/**
 * The few short facts that a pipeline hands on: results of a Tekton Task, outputs of the Action. Names in capitals are those by which Tekton Chains
 * recognises a built image.
 */
export interface Results {
  readonly verdict?: string;
  readonly decision?: string;
  readonly IMAGE_URL?: string;
  readonly IMAGE_DIGEST?: string;
}

/**
 * Picks the results out of the evidence.
 * @param evidence of this run and what it built upon
 * @returns only what is known
 */
export function results(evidence: EvidenceSoFar): Results {
  const { validate, build, rollout } = evidence;
  const [repository, digest] = (rollout?.candidate.image ?? build?.image.reference ?? '').split('@');
  return {
    ...(validate === undefined ? {} : { verdict: validate.verdict }),
    ...(rollout === undefined ? {} : { decision: rollout.decision }),
    ...(repository === undefined || digest === undefined ? {} : { IMAGE_URL: repository, IMAGE_DIGEST: digest }),
  };
}
