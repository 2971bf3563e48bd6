import { MlDeployError } from '../errors.ts';

/** The error for a build that somebody ended. */
export function interrupted(): MlDeployError {
  return new MlDeployError({ code: 'build/interrupted', kind: 'interrupted', message: 'the build was interrupted' });
}
