import { MlDeployError } from '../errors.ts';
import { stageOrder } from './order.ts';
import type { EvidenceSoFar, Outcome, StageName } from './evidence.ts';

/** What each stage builds upon when the stages run one by one. */
const needs: Readonly<Record<StageName, readonly StageName[]>> = {
  validate: [],
  build: ['validate'],
  smoke: ['build'],
  rollout: ['build', 'smoke'],
};

/**
 * Checks that the evidence before `first` exists, passed and speaks about one and the same model and image. `coming` are the
 * stages of this run. Throws `pipeline/missing-evidence`, `pipeline/not-passed` or `pipeline/mismatch`.
 */
export function checkChain(coming: readonly StageName[], evidence: EvidenceSoFar): void {
  const before = stageOrder.filter(
    (name) => coming.some((stage) => needs[stage].includes(name)) && !coming.includes(name),
  );
  for (const name of before) {
    const proof = evidence[name];
    if (proof === undefined) {
      throw new MlDeployError({
        code: 'pipeline/missing-evidence',
        kind: 'usage',
        message: `${coming.join(', ')} needs the evidence of ${name}, and there is none below .mldeploy/`,
        hint: `Run \`ml-deploy ${name}\` first, or \`ml-deploy deploy\` for all stages.`,
      });
    }
    if (proof.outcome !== 'passed') {
      throw new MlDeployError({
        code: 'pipeline/not-passed',
        kind: kindOf(proof.outcome),
        message: `${name} ended with "${proof.outcome}": ${proof.summary}`,
        hint: `Repair what ${name} found and run it again; ${coming.join(', ')} was not started.`,
      });
    }
  }
  const { validate, build, smoke } = evidence;
  if (validate !== undefined && build !== undefined && build.modelDigest !== validate.model.digest) {
    throw mismatch('build', build.modelDigest, 'validate', validate.model.digest);
  }
  if (build !== undefined && smoke !== undefined && smoke.imageReference !== build.image.reference) {
    throw mismatch('smoke', smoke.imageReference, 'build', build.image.reference);
  }
}

function kindOf(outcome: Outcome): 'model' | 'inconclusive' | 'infrastructure' {
  if (outcome === 'failed') return 'model';
  return outcome === 'error' ? 'infrastructure' : 'inconclusive';
}

function mismatch(later: StageName, laterSubject: string, earlier: StageName, earlierSubject: string): MlDeployError {
  return new MlDeployError({
    code: 'pipeline/mismatch',
    kind: 'usage',
    message: `the evidence of ${later} is about ${laterSubject}, but that of ${earlier} is about ${earlierSubject}`,
    hint: `Run \`ml-deploy ${later}\` again, so that both speak about the same thing.`,
  });
}
