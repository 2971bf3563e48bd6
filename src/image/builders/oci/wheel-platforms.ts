import { MlDeployError } from '../../../errors.ts';
import type { BasePython } from './base-python.ts';

/** Names of processors as Go and images have them, and as Python's wheels do. */
const machines: Readonly<Record<string, string>> = {
  'linux/amd64': 'x86_64',
  'linux/386': 'i686',
  'linux/arm64': 'aarch64',
  'linux/arm64/v8': 'aarch64',
  'linux/arm/v7': 'armv7l',
  'linux/ppc64le': 'ppc64le',
  'linux/s390x': 's390x',
  'linux/riscv64': 'riscv64',
};

/** glibc versions that uv knows by name (`uv pip install --python-platform`). */
const uvGlibc = [17, 28, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40] as const;

/** What pip and uv are told about the machine that will run the packages. */
export interface WheelTarget {
  /** `x86_64` */
  readonly machine: string;
  /** Values of pip's `--platform`, the best first: pip takes each of them word by word. */
  readonly pip: readonly string[];
  /** Value of uv's `--python-platform`; null: uv has no name for it. */
  readonly uv: string | null;
  /** For people and cache keys: `x86_64, glibc 2.36`. */
  readonly label: string;
}

/**
 * What wheels may be installed into an image.
 * @param platform of the image
 * @param libc of the base
 * @returns the words of both installers
 * @throws MlDeployError `build/no-platform` for a platform without wheels
 */
export function wheelTarget(platform: string, libc: BasePython['libc']): WheelTarget {
  const machine = machines[platform];
  if (machine === undefined) {
    throw new MlDeployError({
      code: 'build/no-platform',
      kind: 'usage',
      message: `Python has no ready-built packages for the platform ${platform}`,
      hint: 'Set image.builder: buildkit, or one of these for image.platform: linux/amd64, linux/arm64.',
    });
  }
  const minor = Number(libc.version.split('.')[1]);
  const label = `${machine}, ${libc.kind} ${libc.version}`;
  if (libc.kind === 'musl') {
    const pip = countDown(minor, 1).map((version) => `musllinux_1_${version}_${machine}`);
    const known = machine === 'x86_64' || machine === 'aarch64';
    return { machine, pip: [...pip, `linux_${machine}`], uv: known ? `${machine}-unknown-linux-musl` : null, label };
  }
  const older = uvGlibc.findLast((version) => version <= minor);
  const knownToUv = (machine === 'x86_64' || machine === 'aarch64') && older !== undefined;
  return {
    machine,
    pip: [
      ...countDown(minor, 5).map((version) => `manylinux_2_${version}_${machine}`),
      ...['manylinux2014', 'manylinux2010', 'manylinux1', 'linux'].map((name) => `${name}_${machine}`),
    ],
    uv: knownToUv ? `${machine}-manylinux_2_${older}` : null,
    label,
  };
}

function countDown(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, from - to + 1) }, (_, index) => from - index);
}
