import { join } from 'node:path';

import type { EndedStages } from '../cli/host.ts';
import { platformName } from '../platform-name.ts';
import { results } from '../report/results.ts';

/** Every output, with what action.yml says about it. */
export const actionOutputs: Readonly<Record<string, string>> = {
  outcome: 'passed, failed, inconclusive, held or error: how the last stage that ran ended.',
  verdict: 'clean, unsafe or inconclusive: what validate found. Empty when nothing was validated.',
  decision: 'promote, rollback, inconclusive, held or none. Empty when nothing was rolled out.',
  image: 'repository@sha256:... of the image that was built or rolled out.',
  repository: 'Name of that image without its digest, as attestations want it.',
  digest: 'Digest of that image, sha256:...',
  sbom: 'Path of the bill of materials (CycloneDX) of the image that was built, of several platforms that of the first. Empty when none was attached.',
  evidence: 'Folder with one JSON document per stage.',
  report: 'Path of the HTML report.',
};

/**
 * The outputs of a run.
 * @param run how its stages ended
 * @returns values by output name; what is not known is the empty string
 */
export function outputsOf(run: EndedStages): Record<string, string> {
  const { verdict = '', decision = '', IMAGE_URL = '', IMAGE_DIGEST = '' } = results(run.evidence);
  return {
    outcome: run.outcome,
    verdict,
    decision,
    image: IMAGE_DIGEST === '' ? '' : `${IMAGE_URL}@${IMAGE_DIGEST}`,
    repository: IMAGE_URL,
    digest: IMAGE_DIGEST,
    sbom: sbomOf(run),
    evidence: run.folder ?? '',
    report: run.report ?? '',
  };
}

function sbomOf({ evidence, folder }: EndedStages): string {
  const attached = evidence.build?.volatile.documents?.find(({ artifactType }) => artifactType.includes('cyclonedx'));
  if (attached === undefined || folder === null) return '';
  const { platform, title } = attached;
  return join(folder, ...(platform === undefined ? [] : [platformName(platform)]), title);
}
