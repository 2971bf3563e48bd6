import { MlDeployError } from '../errors.ts';

/**
 * Says of a full disk what to do; everything else stays what it is.
 * @param error what a build ended with
 * @returns the error to throw
 */
export function explained(error: unknown): unknown {
  if (error instanceof MlDeployError || !(error instanceof Error) || !('code' in error)) return error;
  if (error.code !== 'ENOSPC' && error.code !== 'EDQUOT') return error;
  return new MlDeployError({
    code: 'build/disk-full',
    kind: 'infrastructure',
    message: `the disk of the build is full: ${error.message}`,
    hint: 'Make room, or remove .mldeploy/cache: layers and packages of earlier builds lie there, and what optimize.bf16 wrote. Other model files are not copied.',
    cause: error,
  });
}
