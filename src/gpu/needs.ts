import type { Config } from '../config/config.ts';
import { parseBytes } from '../config/units.ts';
import type { EvidenceSoFar } from '../pipeline/evidence.ts';
import { checkCuda } from './cuda-compatibility.ts';

/** What image and model ask of a GPU, as far as it is known. */
export interface GpuNeeds {
  readonly count: number;
  /** `resources.gpu.memory` of each GPU, bytes; null: any. */
  readonly memoryBytes: number | null;
  /** The model's files, which have to fit into all GPUs together, bytes; null before validate. */
  readonly weightsBytes: number | null;
  /** The least compute capability, and what asks for it; null: any. */
  readonly capability: Because | null;
  /** The compute capability from which on the GPU computes with the type of the weights itself; older ones convert them where the server can. */
  readonly advised: Because | null;
  /** The oldest driver, and what asks for it; null: any. */
  readonly driver: Because | null;
  /** A TensorRT engine is among the files: it runs only on the GPU model and with the version that it was built for. */
  readonly engine: string | null;
}

export interface Because {
  readonly least: number;
  readonly because: string;
}

/** The compute capability from which on a GPU computes with a type. Source: CUDA programming guide, arithmetic throughput. */
const typeNeeds: readonly (readonly [RegExp, number])[] = [
  [/^F4/, 10],
  [/^F6/, 10],
  [/^F8/, 8.9],
  [/^BF16$/, 8],
];

/**
 * What is needed, from the configuration and, once it is there, from the evidence of validate.
 * @param config of the project
 * @param evidence so far
 * @param requirements text of `server.requirements`; empty when there is none
 */
export function gpuNeeds(config: Config, evidence: Pick<EvidenceSoFar, 'validate'>, requirements: string): GpuNeeds {
  const { validate } = evidence;
  const { gpu } = config.resources;
  const files = validate?.model.files ?? [];
  const dtypes = files.flatMap(({ facts }) => dtypesOf(facts));
  const { driver } = checkCuda({
    base: config.image.base,
    requirements: [requirements],
    nodeSelector: {},
  });
  return {
    count: gpu?.count ?? 1,
    memoryBytes: gpu?.memory === null || gpu === null ? null : parseBytes(gpu.memory),
    weightsBytes: validate?.model.bytes ?? null,
    capability: capabilityNeed(config, dtypes),
    advised: config.server.type === 'vllm' ? greatest(dtypes.flatMap(needsOfType)) : null,
    driver:
      driver === null
        ? null
        : { least: driver.minimum, because: `CUDA ${driver.because.major} (${driver.because.from})` },
    engine: files.find(({ format }) => format === 'tensorrt')?.path ?? null,
  };
}

function dtypesOf(facts: Readonly<Record<string, unknown>>): string[] {
  const { dtypes } = facts;
  return Array.isArray(dtypes) ? dtypes.map(String) : [];
}

/**
 * vLLM refuses bfloat16 on older GPUs, asked for by name or taken from the weights; another `dtype` converts the weights. Weights of 8 and
 * 4 bits it computes with on older GPUs as well, unpacked (weight-only), so that they are no reason to refuse.
 */
function capabilityNeed({ server }: Config, dtypes: readonly string[]): Because | null {
  if (server.type !== 'vllm') return null;
  const { dtype } = server.vllm;
  if (dtype === 'bfloat16') return { least: 8, because: 'server.vllm.dtype bfloat16' };
  return dtype === 'auto' ? greatest(dtypes.filter((each) => each === 'BF16').flatMap(needsOfType)) : null;
}

function needsOfType(dtype: string): Because[] {
  const least = typeNeeds.find(([pattern]) => pattern.test(dtype))?.[1];
  return least === undefined ? [] : [{ least, because: `weights of ${dtype}` }];
}

function greatest(all: readonly Because[]): Because | null {
  return all.toSorted((a, b) => b.least - a.least)[0] ?? null;
}
