import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const examples = new URL('../../../examples/', import.meta.url).pathname;

/** The server types whose images cannot be pulled here. */
export const standIns = ['vllm', 'triton', 'tf-serving', 'torchserve'] as const;

/**
 * Copies the example of such a server.
 * @param type of the server
 * @param root where to
 * @returns its configuration without `image`, `resources` and `smoke`, as a stand-in can serve it
 */
export function standInExample(type: string, root: string): string {
  cpSync(join(examples, type), root, { recursive: true });
  writeFileSync(join(root, 'model.py'), tritonEntry);
  return (
    withoutKeys(readFileSync(join(root, 'mldeploy.yaml'), 'utf8'), ['image', 'resources', 'smoke'])
      // The tritonserver of the stand-in has the backend for Python alone.
      .replace('type: triton', 'type: triton, entry: model.py')
      // Less than the smoke test would ask for by itself.
      .replace('maxBatch: 32', 'maxBatch: 12')
  );
}

/** A configuration without some of its top-level keys, each of which is one line. */
export function withoutKeys(yaml: string, keys: readonly string[]): string {
  const wanted = (line: string): boolean => !keys.some((key) => line.startsWith(`${key}:`));
  return yaml.split('\n').filter(wanted).join('\n');
}

const tritonEntry = `
import os, onnxruntime
import triton_python_backend_utils as utils

class TritonPythonModel:
    def initialize(self, args):
        path = os.path.join(args["model_repository"], args["model_version"], "scores.onnx")
        self.session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def execute(self, requests):
        given = [utils.get_input_tensor_by_name(request, "x").as_numpy() for request in requests]
        answers = [self.session.run(["scores"], {"x": rows})[0] for rows in given]
        return [utils.InferenceResponse([utils.Tensor("scores", answer)]) for answer in answers]
`;
