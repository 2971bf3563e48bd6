import { join } from 'node:path';

import { defaultBase } from '../../../config/server.ts';
import { MlDeployError } from '../../../errors.ts';
import { absoluteReference } from '../../../oci/reference.ts';
import type { StageContext } from '../../../pipeline/stage.ts';
import { serverOf } from '../../../server/index.ts';
import type { BasePython } from '../../builders/oci/base-python.ts';
import { openBase, pythonOf } from '../../builders/oci/base.ts';
import { insecureHosts, placesOf } from '../../builders/places.ts';
import { expectedBase } from '../../lock/index.ts';
import { oldestPythonMinor } from './on-this-machine.ts';

/** The wheels of ONNX Runtime are made for this glibc (manylinux_2_28) and later ones, and not for musl. */
const oldestGlibcMinor = 28;

/**
 * Where the program runs: on the base of the image when that has a Python for it, so that nothing else is pulled; else on the default base
 * of FastAPI.
 * @param context of the stage
 * @returns a base for a Dockerfile
 */
export async function toolBase(context: StageContext): Promise<string> {
  const { config, access, reporter } = context;
  const known = defaultBase('fastapi', false);
  if (serverOf(config).recipe !== 'packages') return known;
  const base = await expectedBase(config, access);
  if (config.image.base === known) return base;
  const why = await whyUnfit(context, base);
  if (why === null) return base;
  reporter.note('debug', `ONNX models are optimised on ${known}: the base ${base} has ${why}`);
  return known;
}

/** Null: it fits, or only the builder can tell, which may know images that no registry has. */
async function whyUnfit({ config, access, signal }: StageContext, base: string): Promise<string | null> {
  const cache = join(access.root, '.mldeploy', 'cache');
  try {
    const image = await openBase(absoluteReference(base, access.root), config.image.platform, {
      places: placesOf(access),
      insecureHosts: insecureHosts(config.image),
      mirrors: config.image.mirrors,
      cache,
      signal,
    });
    return unfitFor(await pythonOf(image, base, cache, () => undefined));
  } catch (error) {
    if (!(error instanceof MlDeployError) || error.kind === 'interrupted') throw error;
    return error.code === 'build/no-python' ? 'no Python that is known' : null;
  }
}

/**
 * Whether the pinned packages are made for a Python.
 * @param python of a base
 * @returns what is wrong with it; null: nothing
 */
export function unfitFor(python: BasePython): string | null {
  const { version, libc } = python;
  if (Number(/^3\.(\d+)/.exec(version)?.[1]) < oldestPythonMinor) return `Python ${version}`;
  if (libc.kind === 'glibc' && Number(/^2\.(\d+)/.exec(libc.version)?.[1]) >= oldestGlibcMinor) return null;
  return `${libc.kind} ${libc.version}`;
}
