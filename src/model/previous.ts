import { readFile } from 'node:fs/promises';
import { MlDeployError } from '../errors.ts';
import type { Contract } from '../pipeline/evidence.ts';

/** What is known of the release before. */
export interface Previous {
  /** Digest of its model. */
  readonly digest: string;
  readonly bytes: number;
  /** Inputs and outputs; null when they were not known. */
  readonly contract: Contract | null;
}

/**
 * Reads the validate.json of an earlier release. Throws `model/no-previous` when the file cannot be read, or is no such evidence.
 * @param path of the file
 * @param name as people wrote it, for messages
 */
export async function readPrevious(path: string, name: string): Promise<Previous> {
  let reason: string;
  try {
    const document = JSON.parse(await readFile(path, 'utf8')) as {
      stage?: unknown;
      model?: Previous;
      contract?: Contract | null;
    };
    const { stage, model, contract = null } = document;
    if (stage === 'validate' && typeof model?.digest === 'string' && typeof model.bytes === 'number') {
      return { digest: model.digest, bytes: model.bytes, contract: isContract(contract) ? contract : null };
    }
    reason = 'it is not the evidence of a validation';
  } catch (error) {
    reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  }
  throw new MlDeployError({
    code: 'model/no-previous',
    kind: 'usage',
    message: `the previous release cannot be read from ${name}: ${reason}`,
    hint: 'Name the validate.json that the previous release left in .mldeploy/<environment>/, or leave model.previous out for a first release.',
  });
}

function isContract(value: Contract | null): value is Contract {
  return value !== null && Array.isArray(value.inputs) && Array.isArray(value.outputs);
}
