import { MlDeployError } from '../../errors.ts';

/**
 * The error for content that is not what its digest says.
 * @param what a clause
 * @returns kind `infrastructure`: the model itself was found clean
 */
export function altered(what: string): MlDeployError {
  return new MlDeployError({
    code: 'fetch/altered',
    kind: 'infrastructure',
    message: `the model in the registry is not the one that was built: ${what}`,
    hint: 'The registry, its storage or a proxy has changed content: nothing of it was used. Run ml-deploy build again with a whole registry.',
  });
}

/**
 * The error for an image that is not one of `ml-deploy build` with a model alone.
 * @param digest of the image
 * @param why a clause
 */
export function notAModel(digest: string, why: string): MlDeployError {
  return new MlDeployError({
    code: 'fetch/not-a-model',
    kind: 'usage',
    message: `${digest} is not a model that ml-deploy build has put beside its image: ${why}`,
    hint: 'Name what weights.reference in build.json says; it is there with image.weights init or volume.',
  });
}

/**
 * The error for a folder that has something that the model does not have.
 * @param folder that was named
 * @param what it has
 */
export function notOurs(folder: string, what: string): MlDeployError {
  return new MlDeployError({
    code: 'fetch/not-empty',
    kind: 'usage',
    message: `${folder} has ${what}`,
    hint: 'Name a folder in --to that is empty or does not exist.',
  });
}

/**
 * Whether an error of the operating system has this code.
 * @param error that was thrown
 * @param code such as `ENOENT`
 */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** Of files; those of connections are told by the registry's client. */
const ofFiles = new Set(
  'EACCES EROFS EPERM ENOTDIR EISDIR EEXIST ENOTEMPTY ENOENT ELOOP ENAMETOOLONG EBUSY EIO EMFILE ENFILE EXDEV EINVAL EMLINK ETXTBSY EFBIG ESTALE ENODEV ENXIO'.split(
    ' ',
  ),
);

/**
 * Says what a full disk means, and which folder another error of the file system is about; other errors stay.
 * @param error that was thrown
 * @param folder that is written
 */
export function explained(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new MlDeployError({
      code: 'fetch/no-room',
      kind: 'infrastructure',
      message: `the disk of ${folder} is full`,
      hint: 'Free room on the disk of the node (ephemeral storage), or choose nodes that have more with deploy.nodeSelector.',
      cause: error,
    });
  }
  if (typeof code === 'string' && ofFiles.has(code)) {
    return new MlDeployError({
      code: 'fetch/not-writable',
      kind: 'usage',
      message: `${folder} cannot be written: ${(error as Error).message}`,
      hint: 'Name a folder in --to that this user may write; the folder above it must be writable, too.',
      cause: error,
    });
  }
  return error;
}
