import type { Config } from '../config/config.ts';
import type { Contract, ValidateEvidence } from '../pipeline/evidence.ts';
import { unnamedSource } from './compare.ts';

/** What `model.inputs` and `model.outputs` say; null when there is neither. */
export function declaredContract({ model: { inputs, outputs } }: Pick<Config, 'model'>): Contract | null {
  return inputs === null && outputs === null
    ? null
    : { inputs: inputs ?? [], outputs: outputs ?? [], source: 'declared' };
}

/**
 * What clients may rely on: what is declared, and for a side that is not declared, what the files tell. An estimator's width is no more than
 * a part of what is declared.
 */
export function effectiveContract(declared: Contract | null, found: Contract | null): Contract | null {
  if (declared === null || found === null || found.source === unnamedSource) return declared ?? found;
  const { inputs, outputs, source } = declared;
  return {
    inputs: inputs.length > 0 ? inputs : found.inputs,
    outputs: outputs.length > 0 ? outputs : found.outputs,
    source,
  };
}

/**
 * The contract of the model that is served: servers are configured, and asked, by it.
 * @param config of the project
 * @param model validate's evidence; null where nothing was validated, such as for a server that runs already
 */
export function servedContract(
  config: Pick<Config, 'model'>,
  model: Pick<ValidateEvidence, 'contract'> | null,
): Contract | null {
  return effectiveContract(declaredContract(config), model?.contract ?? null);
}
