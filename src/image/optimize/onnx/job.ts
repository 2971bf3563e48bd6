import type { Config } from '../../../config/config.ts';
import { servedContract } from '../../../contract/served.ts';
import { readGolden } from '../../../golden/golden-file.ts';
import type { Contract } from '../../../pipeline/evidence.ts';
import { wholeCores } from '../../../server/cores.ts';
import { batches } from '../../../server/protocols/batches.ts';

/** What the program is told: job.json. */
export interface Job {
  /** sha256 that each file must have, by its path below the folder of the model. */
  readonly files: Readonly<Record<string, string>>;
  readonly model: string;
  readonly steps: Pick<Config['optimize'], 'prune' | 'float16' | 'quantize'>;
  readonly threads: number;
  readonly questions: Questions;
}

/** What both models are asked. */
export type Questions =
  | {
      /** `{"inputs": [row, ...]}`, or tensors of Open Inference v2. */
      readonly form: 'rows' | 'tensors';
      readonly requests: readonly { readonly name: string; readonly body: unknown }[];
    }
  | {
      readonly form: 'made-up';
      readonly seed: number;
      /** Rows of each call. */
      readonly batches: readonly number[];
      /** Declared shapes, for what the model leaves open. */
      readonly sizes: Readonly<Record<string, readonly (number | null)[]>>;
    };

/**
 * Golden requests when the server hands them to the model as they are, else numbers that are made up.
 * @param config `smoke.golden` and the server
 * @param contract of the model
 * @param root folder of mldeploy.yaml
 * @throws MlDeployError `smoke/golden`
 */
export async function questionsFor(config: Config, contract: Contract | null, root: string): Promise<Questions> {
  const form = goldenForm(config.server);
  if (config.smoke.golden !== null && form !== null) {
    const requests = await readGolden(root, config.smoke.golden);
    return { form, requests: requests.map(({ name, body }) => ({ name, body })) };
  }
  const inputs = servedContract(config, { contract })?.inputs ?? [];
  return {
    form: 'made-up',
    seed: 1,
    // As the smoke test asks.
    batches: batches.map(({ rows }) => rows),
    sizes: Object.fromEntries(inputs.map(({ name, shape }) => [name, shape])),
  };
}

/** Null: what a request becomes before the model sees it, only the user's own code knows. */
function goldenForm({ type, entry }: Config['server']): 'rows' | 'tensors' | null {
  if (type === 'triton') return entry === null ? 'tensors' : null;
  return type === 'onnxruntime' || (type === 'fastapi' && entry === null) ? 'rows' : null;
}

/** The steps that the program does; null: `optimize` asks for none. */
export function wantedSteps({ prune, float16, quantize }: Job['steps']): Job['steps'] | null {
  return prune === null && !float16 && quantize === null ? null : { prune, float16, quantize };
}

/**
 * Threads of one call, as many as the pod will have cores.
 * @param config `resources.cpu`
 */
export function threadsOf(config: Config): number {
  return wholeCores(config.resources.cpu);
}
