/** An engine of TensorRT among the model's files; null: its file does not tell. */
export interface EngineNeed {
  readonly path: string;
  /** Version of TensorRT that built it: `8.6.1.6`. */
  readonly version: string | null;
  /** Compute capability of the GPU that it was built on. */
  readonly capability: number | null;
  /** TensorRT in the image, and what says so; null: nothing does. */
  readonly image: { readonly version: string; readonly from: string } | null;
  /** Triton loads engines of other versions only when it is told to, which our command line does not. */
  readonly strict: boolean;
}

/** From this compute capability on, engines can be built for all later GPUs ("hardware compatibility level Ampere+"). */
const compatibleFrom = 8;

export interface EngineJudgement {
  /** Why it cannot run, each with its arithmetic. */
  readonly reasons: readonly string[];
  /** Why it may not run, which its file does not tell. */
  readonly warnings: readonly string[];
}

/**
 * Whether an engine runs with the TensorRT of the image and on this GPU. By default only with the version and the compute capability that built
 * it; whether it was built to be compatible with others its file does not tell.
 * Source: https://docs.nvidia.com/deeplearning/tensorrt/latest/inference-library/version-compatibility.html and hardware-compatibility
 * @param engine as far as it is known
 * @param capability of the GPU; null: not known
 * @param title of the GPU
 */
export function judgeEngine(engine: EngineNeed, capability: number | null, title: string): EngineJudgement {
  const found = [...judgeVersion(engine), ...judgeHardware(engine, capability, title)];
  return {
    reasons: found.flatMap(({ certain, text }) => (certain ? [text] : [])),
    warnings: found.flatMap(({ certain, text }) => (certain ? [] : [text])),
  };
}

interface Judged {
  readonly certain: boolean;
  readonly text: string;
}

function judgeVersion({ path, version, image, strict }: EngineNeed): Judged[] {
  if (version === null) {
    return [
      {
        certain: false,
        text: `${path} is a TensorRT engine: it runs only with the version that built it, which its file does not tell`,
      },
    ];
  }
  if (image === null) {
    return [
      {
        certain: false,
        text: `${path} was built with TensorRT ${version}; which version is in the image is not known (looked at TRT_VERSION of the image, server.requirements)`,
      },
    ];
  }
  const order = compare(version, image.version);
  if (order === 0) return [];
  const what = `${path} was built with TensorRT ${version}, the image has ${image.version} (${image.from})`;
  if (order > 0) return [{ certain: true, text: `${what}: no engine runs with an older version` }];
  if (strict) return [{ certain: true, text: `${what}: Triton loads engines of its own version only` }];
  return [
    { certain: false, text: `${what}: it runs only if it was built version-compatible, which its file does not tell` },
  ];
}

function judgeHardware({ path, capability: built }: EngineNeed, capability: number | null, title: string): Judged[] {
  if (built === null || capability === null || built === capability) return [];
  const what = `${path} was built on a GPU of compute capability ${built.toFixed(1)}, ${title} has ${capability.toFixed(1)}`;
  return built < compatibleFrom || capability < compatibleFrom
    ? [{ certain: true, text: `${what}: an engine runs on that one only` }]
    : [
        {
          certain: false,
          text: `${what}: it runs only if it was built hardware-compatible (Ampere and later), which its file does not tell`,
        },
      ];
}

/** By the numbers that both have, three at most: builds of one patch read each other's engines. */
function compare(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => version.split('.').map(Number));
  const parts = Math.min(3, a?.length ?? 0, b?.length ?? 0);
  for (let at = 0; at < parts; at++) {
    const difference = (a?.[at] ?? 0) - (b?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * TensorRT in an image.
 * @param variables of the image: NVIDIA's own name its version (`TRT_VERSION=8.6.1.6+cuda12.0.1.011`); null: not known
 * @param requirements text of `server.requirements`
 */
export function tensorrtOf(
  variables: Readonly<Record<string, string>> | null,
  requirements: string,
): EngineNeed['image'] {
  const declared = /^\d+(\.\d+)+/.exec(variables?.['TRT_VERSION'] ?? '')?.[0];
  if (declared !== undefined) return { version: declared, from: 'TRT_VERSION of the image' };
  const required = /^\s*(tensorrt(?:[-_]cu\d+)?\s*==\s*(\d+(?:\.\d+)+))/m.exec(requirements);
  return required === null ? null : { version: required[2] ?? '', from: (required[1] ?? '').replaceAll(' ', '') };
}
