import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { ImageConfig } from '../../config/config.ts';
import { MlDeployError } from '../../errors.ts';
import { SigningProblem } from '../../signing/problem.ts';
import { readSigningKey, type SigningKey } from '../../signing/sign.ts';

/**
 * The key of `image.sign`.
 * @param sign files of the configuration
 * @param root where relative paths begin
 * @returns the key
 * @throws MlDeployError `build/bad-signing-key`
 */
export async function signingKey(sign: NonNullable<ImageConfig['sign']>, root: string): Promise<SigningKey> {
  const pem = await text(root, sign.key, 'image.sign.key');
  const password = sign.password === null ? null : await text(root, sign.password, 'image.sign.password');
  try {
    // A file that an editor wrote ends with a new line, which belongs to no password.
    return readSigningKey(pem, password?.replace(/\r?\n$/, '') ?? null);
  } catch (cause) {
    if (!(cause instanceof SigningProblem)) throw cause;
    throw bad(`image.sign.key names ${sign.key}: ${cause.message}`, cause);
  }
}

async function text(root: string, path: string, key: string): Promise<string> {
  try {
    return await readFile(resolve(root, path), 'utf8');
  } catch (cause) {
    throw bad(`${key} names ${path}, which cannot be read in ${root}`, cause);
  }
}

function bad(message: string, cause: unknown): MlDeployError {
  return new MlDeployError({
    code: 'build/bad-signing-key',
    kind: 'usage',
    message,
    hint: 'Give the file of a PEM private key of P-256, P-384 or P-521, and of its password when it is encrypted.',
    cause,
  });
}
