import { MlDeployError } from '../errors.ts';

/**
 * The model's files are not what a server can serve.
 * @param message what is there, and what the server wants
 * @param hint what to do
 */
export function layoutError(message: string, hint: string): MlDeployError {
  return new MlDeployError({ code: 'build/model-layout', kind: 'usage', message, hint });
}
