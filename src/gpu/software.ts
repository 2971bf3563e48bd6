import type { GpuNeeds } from './needs.ts';
import { judgeEngine } from './tensorrt.ts';

/** A GPU as the software sees it; null: not known. */
export interface SoftwareView {
  /** For messages: `GPU 0 (Tesla T4)`. */
  readonly title: string;
  readonly product: string;
  readonly capability: number | null;
  /** Version of its driver, or the major number alone. */
  readonly driver: string | null;
}

/** Why image and model cannot run on a GPU, by versions and not by size; each with its arithmetic. */
export function softwareReasons({ title, product, capability, driver }: SoftwareView, needs: GpuNeeds): string[] {
  const { forward = false, least = 0, because = '' } = needs.driver ?? {};
  return [
    ...(needs.capability !== null && capability !== null && capability < needs.capability.least
      ? [
          `${needs.capability.because} need compute capability ${needs.capability.least.toFixed(1)}, it has ${capability.toFixed(1)}`,
        ]
      : []),
    ...(majorOf(driver) < least && !(forward && isForDataCenters(product))
      ? [`${because} needs a driver of version ${least} or later, it is ${driver}`]
      : []),
    ...(needs.engine === null ? [] : judgeEngine(needs.engine, capability, title).reasons),
  ];
}

/** What may become a problem on a GPU that will do otherwise, and cannot be told beforehand. */
export function softwareWarnings({ title, capability, driver }: SoftwareView, needs: GpuNeeds): string[] {
  const { advised } = needs;
  return [
    ...(advised !== null && capability !== null && capability < advised.least
      ? [
          `${advised.because} are computed with from compute capability ${advised.least.toFixed(1)} on; ${title} has ${capability.toFixed(1)} and has to convert them`,
        ]
      : []),
    ...(needs.driver !== null && majorOf(driver) < needs.driver.least
      ? [
          `${needs.driver.because} needs a driver of version ${needs.driver.least} or later, it is ${driver}: it runs only with the libraries of a newer one that the image brings (cuda-compat), if they support this branch of drivers`,
        ]
      : []),
    ...(needs.engine === null ? [] : judgeEngine(needs.engine, capability, title).warnings),
  ];
}

function majorOf(driver: string | null): number {
  return driver === null ? NaN : Number.parseInt(driver, 10);
}

/** Only those may use libraries of a newer driver. Source: https://docs.nvidia.com/deploy/cuda-compatibility/forward-compatibility.html */
function isForDataCenters(product: string): boolean {
  return !/\b(GeForce|TITAN|GTX)\b/i.test(product);
}
