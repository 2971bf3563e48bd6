import { MlDeployError } from '../errors.ts';

/**
 * Does some work, and says of a full disk, or of a folder `.mldeploy` that this user may not write, what to do; everything else that the
 * work throws stays what it is.
 * @param work that writes below `.mldeploy`
 * @returns what it returns
 * @throws MlDeployError `build/disk-full`, `build/not-writable`
 */
export async function explainDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explained(error);
  }
}

function explained(error: unknown): unknown {
  if (error instanceof MlDeployError || !(error instanceof Error) || !('code' in error)) return error;
  if (isRefused(error)) {
    return new MlDeployError({
      code: 'build/not-writable',
      kind: 'infrastructure',
      message: `the build cannot write what it needs: ${error.message}`,
      hint: 'Give the folder .mldeploy to the user who runs ml-deploy, or remove it: an earlier step may have run as another user. Everything in it is made anew.',
      cause: error,
    });
  }
  if (error.code !== 'ENOSPC' && error.code !== 'EDQUOT') return error;
  return new MlDeployError({
    code: 'build/disk-full',
    kind: 'infrastructure',
    message: `the disk of the build is full: ${error.message}`,
    hint: 'Make room, or remove .mldeploy/cache: layers and packages of earlier builds lie there, and what optimize wrote. Packages take about twice their size while they are packed; other model files are not copied.',
    cause: error,
  });
}

/** Only what lies in our own folder: elsewhere such an error means something else. */
function isRefused(error: Error & { readonly code: unknown; readonly path?: unknown }): boolean {
  const refused = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR'].includes(String(error.code));
  return refused && typeof error.path === 'string' && /[/\\]\.mldeploy([/\\]|$)/.test(error.path);
}
