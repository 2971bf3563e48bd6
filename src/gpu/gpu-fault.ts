import { MlDeployError } from '../errors.ts';

/**
 * The driver, or a GPU, is at fault, and nothing is known against the model.
 * @param when such as `during the test`
 * @param what is wrong, in words
 */
export function gpuFault(when: string, what: string): MlDeployError {
  return new MlDeployError({
    code: 'smoke/gpu-fault',
    kind: 'infrastructure',
    message: `The GPU failed ${when}: ${what}.`,
    hint: 'Nothing is known against the model. Take the machine out of service, look at sudo dmesg | grep NVRM and nvidia-smi -q, reset or replace the board.',
  });
}
