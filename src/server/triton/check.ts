import type { Config } from '../../config/config.ts';
import { MlDeployError } from '../../errors.ts';
import type { TensorSpec } from '../../pipeline/evidence.ts';
import { parseTextProto, TextProtoError, type Message } from '../../text-proto.ts';
import { tensorDifference, tritonTensors } from './tensors.ts';

/**
 * Checks a `config.pbtxt` that comes with the model against the project: its name, and the tensors that `model.inputs` and
 * `model.outputs` promise. That it fits the model's files is validate's business.
 * @throws MlDeployError `build/triton-config`
 */
export function checkConfig(text: string, config: Config): void {
  const message = parse(text);
  const name = message.text('name');
  if (name !== null && name !== '' && name !== config.name) {
    throw wrong(`calls its model ${name}, and the project is ${config.name}`);
  }
  if (config.server.batching !== null) {
    throw wrong('decides about batches itself, and server.batching is set: remove the one, or write the other there');
  }
  const batches = (message.text('max_batch_size') ?? '0') !== '0';
  for (const field of ['input', 'output'] as const) {
    const declared = field === 'input' ? config.model.inputs : config.model.outputs;
    const configured = tritonTensors(message, field, batches);
    if (typeof configured === 'string') throw wrong(configured);
    // Triton takes them from the model's file then.
    if (declared === null || configured.length === 0) continue;
    const difference = declaredDifference(configured, declared);
    if (difference !== null) throw wrong(`differs from model.${field}s: ${difference}`);
  }
}

function declaredDifference(configured: readonly TensorSpec[], declared: readonly TensorSpec[]): string | null {
  const missing = declared.find(({ name }) => !configured.some((other) => other.name === name));
  if (missing !== undefined) return `${missing.name} is not in it`;
  return tensorDifference(configured, declared);
}

function parse(text: string): Message {
  try {
    return parseTextProto(text);
  } catch (error) {
    if (!(error instanceof TextProtoError)) throw error;
    const line = text.slice(0, error.offset).split('\n').length;
    throw wrong(`${error.message} (line ${line})`);
  }
}

function wrong(problem: string): MlDeployError {
  return new MlDeployError({
    code: 'build/triton-config',
    kind: 'usage',
    message: `config.pbtxt ${problem}`,
    hint: 'Correct config.pbtxt or mldeploy.yaml, so that both say the same; without a config.pbtxt one is made from the contract.',
  });
}
