import { MlDeployError } from '../errors.ts';

/**
 * Does some work, and says of a full disk what to do; everything else that the work throws stays what it is.
 * @param work that writes below `.mldeploy`
 * @returns what it returns
 * @throws MlDeployError `build/disk-full`
 */
export async function explainFullDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explained(error);
  }
}

function explained(error: unknown): unknown {
  if (error instanceof MlDeployError || !(error instanceof Error) || !('code' in error)) return error;
  if (error.code !== 'ENOSPC' && error.code !== 'EDQUOT') return error;
  return new MlDeployError({
    code: 'build/disk-full',
    kind: 'infrastructure',
    message: `the disk of the build is full: ${error.message}`,
    hint: 'Make room, or remove .mldeploy/cache: layers and packages of earlier builds lie there, and what optimize wrote. Packages take about twice their size while they are packed; other model files are not copied.',
    cause: error,
  });
}
