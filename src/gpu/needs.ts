import type { Config } from '../config/config.ts';
import { parseBytes } from '../config/units.ts';
import type { EvidenceSoFar, FileEvidence } from '../pipeline/evidence.ts';
import { checkCuda } from './cuda-compatibility.ts';
import { type EngineNeed, tensorrtOf } from './tensorrt.ts';
import { certainWeights, leastWeights } from './weights.ts';

/** What image and model ask of a GPU, as far as it is known. */
export interface GpuNeeds {
  readonly count: number;
  /** `resources.gpu.memory` of each GPU, bytes; null: any. */
  readonly memoryBytes: number | null;
  /** What a server loads of the model's files at least, as they are, bytes; null: not known, as before validate. */
  readonly weightsBytes: number | null;
  /** That all of it goes into the memory of all GPUs together is certain; else the server may keep a part elsewhere, or make it smaller. */
  readonly weightsCertain: boolean;
  /** What is not counted there, and why: in words; empty: everything is. */
  readonly weightsNote: string;
  /** The least compute capability, and what asks for it; null: any. */
  readonly capability: Because | null;
  /** The compute capability from which on the GPU computes with the type of the weights itself; older ones convert them where the server can. */
  readonly advised: Because | null;
  /** The oldest driver, and what asks for it; null: any. With `forward`, the image may bring the libraries of a newer one (cuda-compat). */
  readonly driver: (Because & { readonly forward: boolean }) | null;
  /** A TensorRT engine is among the files. */
  readonly engine: EngineNeed | null;
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
 * @param variables of the image; null: not known
 */
export function gpuNeeds(
  config: Config,
  evidence: Pick<EvidenceSoFar, 'validate'>,
  requirements: string,
  variables: Readonly<Record<string, string>> | null = null,
): GpuNeeds {
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
    ...weightsNeed(config, files),
    capability: capabilityNeed(config, dtypes),
    advised: config.server.type === 'vllm' ? greatest(dtypes.flatMap(needsOfType)) : null,
    driver:
      driver === null
        ? null
        : {
            least: driver.minimum,
            because: `CUDA ${driver.because.major} (${driver.because.from})`,
            forward: driver.forward,
          },
    engine: engineNeed(config, files, requirements, variables),
  };
}

function engineNeed(
  { server }: Config,
  files: readonly FileEvidence[],
  requirements: string,
  variables: Readonly<Record<string, string>> | null,
): EngineNeed | null {
  const engine = files.find(({ format }) => format === 'tensorrt');
  if (engine === undefined) return null;
  const { tensorrt, computeCapability } = engine.facts;
  return {
    path: engine.path,
    version: typeof tensorrt === 'string' ? tensorrt : null,
    capability: typeof computeCapability === 'string' ? Number(computeCapability) : null,
    image: tensorrtOf(variables, requirements),
    strict: server.type === 'triton',
  };
}

/** Arguments of vLLM that may make the weights smaller, or put them elsewhere than on the GPUs that are asked for. */
const elsewhere =
  /quant|offload|load|config|overrid|device|cpu|parallel|mm-|language|encoder|skip|^--?(q|tp|pp|dp|model|dtype)\b/i;

/** Code of a team, and most servers, may keep weights in the memory of the host or make them smaller: only of vLLM it is known that it does not. */
function weightsNeed(
  { server, resources: { gpu } }: Config,
  files: readonly FileEvidence[],
): Pick<GpuNeeds, 'weightsBytes' | 'weightsNote' | 'weightsCertain'> {
  const known = server.type === 'vllm' ? certainWeights(files) : null;
  const least = known ?? leastWeights(files);
  if (least === null) return { weightsBytes: null, weightsNote: '', weightsCertain: false };
  const { bytes, leftOut, kept } = least;
  // Who says how much memory there must be knows better.
  const certain =
    known !== null && (gpu?.memory ?? null) === null && !server.vllm.args.some((arg) => elsewhere.test(arg));
  const narrowed = server.type === 'vllm' && server.vllm.dtype !== 'float32';
  const saved = narrowed
    ? files.filter(({ path }) => kept.includes(path)).reduce((sum, file) => sum + halved(file), 0)
    : 0;
  const half = 'float32 in 16 bits, as vLLM computes with it';
  return {
    weightsBytes: bytes - saved,
    weightsNote: [leftOut, saved === 0 ? '' : half].filter((note) => note !== '').join('; '),
    weightsCertain: certain,
  };
}

/** Bytes that float32 in 16 bits saves at most. How much of a file is of which type is not told, but how many numbers are in it. */
function halved({ bytes, facts }: FileEvidence): number {
  const types = dtypesOf(facts);
  if (!types.includes('F32')) return 0;
  const widths = types.filter((type) => type !== 'F32').map((type) => Number(/\d+/.exec(type)?.[0] ?? 8) / 8);
  const narrowest = Math.min(...widths);
  const { parameters } = facts;
  const most = bytes / 2;
  if (typeof parameters !== 'number' || narrowest >= 4) return most;
  return Math.min(most, (2 * Math.max(0, bytes - narrowest * parameters)) / (4 - narrowest));
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
