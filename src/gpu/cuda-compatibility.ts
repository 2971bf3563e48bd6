import { driverLabels, minimumDrivers } from './cuda-facts.ts';

/** A version of CUDA, and what says so. */
export interface CudaVersion {
  readonly major: number;
  /** Such as `torch==2.9.1+cu130`. */
  readonly from: string;
}

/** What is known before the build. */
export interface CudaFacts {
  readonly base: string;
  /** Requirements files that are installed on it. */
  readonly requirements: readonly string[];
  /** `deploy.nodeSelector`. */
  readonly nodeSelector: Readonly<Record<string, string>>;
}

/** What was found out; `driver` is null without CUDA. */
export interface CudaReport {
  readonly driver: {
    readonly minimum: number;
    readonly because: CudaVersion;
    /** The base brings the libraries of that driver (cuda-compat), which data center GPUs can use with an older one. */
    readonly forward: boolean;
  } | null;
  readonly warnings: readonly string[];
  /** The pods would not start: the selected nodes have an older driver. */
  readonly conflict: string | null;
}

/**
 * Whether CUDA in the base, CUDA in the packages and the driver of the selected nodes go together. Only what names its version is judged.
 * @param facts about the image and its nodes
 */
export function checkCuda(facts: CudaFacts): CudaReport {
  const inBase = cudaOfBase(facts.base);
  const inPackages = facts.requirements.flatMap(cudaOfRequirements);
  const warnings: string[] = [];
  if (inBase?.devel === true) {
    warnings.push(
      `${facts.base} holds compilers and headers, several gigabytes that serving does not need: its runtime variant has the libraries`,
    );
  }
  const [first] = inPackages;
  const other = inPackages.find(({ major }) => major !== first?.major);
  if (first !== undefined && other !== undefined) {
    warnings.push(
      `${first.from} brings CUDA ${first.major} and ${other.from} CUDA ${other.major}: in one process they may not get along`,
    );
  }
  if (first !== undefined && inBase !== null) {
    const twice = first.major === inBase.major ? 'the same again' : `another one than CUDA ${inBase.major} of the base`;
    warnings.push(`${first.from} brings CUDA ${first.major} by itself, ${twice}: a slim base without CUDA is enough`);
  }
  const newest = [...inPackages, ...(inBase === null ? [] : [inBase])].toSorted((a, b) => b.major - a.major)[0];
  const minimum = newest === undefined ? undefined : minimumDrivers[newest.major];
  if (newest === undefined || minimum === undefined) return { driver: null, warnings, conflict: null };
  const label = driverLabels.find((name) => name in facts.nodeSelector);
  const selected = label === undefined ? NaN : Number(facts.nodeSelector[label]);
  return {
    driver: { minimum, because: newest, forward: inBase?.compat === true && inBase.major === newest.major },
    warnings,
    conflict:
      selected < minimum
        ? `CUDA ${newest.major} (${newest.from}) needs a driver of version ${minimum} or later; deploy.nodeSelector asks for nodes with ${selected} (${label})`
        : null,
  };
}

/** `nvidia/cuda:12.8.1-cudnn-runtime-ubuntu24.04`, `pytorch/pytorch:2.9.1-cuda13.0-cudnn9-runtime`. */
function cudaOfBase(base: string): (CudaVersion & { readonly devel: boolean; readonly compat: boolean }) | null {
  const tag = /:([^/:@]+)(@|$)/.exec(base)?.[1] ?? '';
  const version = /(^|\/)nvidia\/cuda:/.test(base) ? /^(\d+)\./.exec(tag) : /(?:^|-)cuda(\d+)\./.exec(tag);
  if (version === null) return null;
  // The images of NVIDIA itself install cuda-compat.
  return {
    major: Number(version[1]),
    from: base,
    devel: /(^|-)devel(-|$)/.test(tag),
    compat: /(^|\/)nvidia\//.test(base),
  };
}

/** What wheels say themselves: a local version `+cu128`, the packages of NVIDIA that they need, an index of PyTorch. */
function cudaOfRequirements(text: string): CudaVersion[] {
  const found = text.split(/\r?\n/).flatMap((line): CudaVersion[] => {
    const requirement = line.replace(/\s*(;|--hash|\\|#).*$/, '').trim();
    const local = /^[\w.[\],-]+\s*==\s*[\w.]+\+cu(\d\d)\d$/.exec(requirement);
    const library = /^nvidia-[a-z0-9-]+-cu(\d\d)\b/.exec(requirement);
    const runtime = /^nvidia-cuda-(?:runtime|nvrtc)\s*==\s*(\d+)\./.exec(requirement);
    const index = /\/whl\/cu(\d\d)\d\/?$/.exec(requirement);
    const major = (local ?? library ?? runtime ?? index)?.[1];
    return major === undefined ? [] : [{ major: Number(major), from: requirement }];
  });
  // One for each major version is enough.
  return [...new Map(found.toReversed().map((each) => [each.major, each])).values()].toReversed();
}
