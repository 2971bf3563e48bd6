import { MlDeployError } from '../../errors.ts';
import type { FileEvidence, ValidateEvidence } from '../../pipeline/evidence.ts';
import { refuseStrangeInputs } from '../fastapi/loaders.ts';

/**
 * The one ONNX model among the files; its external data and documents may lie beside it.
 * @param model evidence of a clean model
 * @throws MlDeployError `build/no-loader`
 */
export function onlyOnnxFile(model: ValidateEvidence): FileEvidence {
  const found = model.model.files.filter(({ format }) => format === 'onnx');
  const [file] = found;
  if (file === undefined || found.length > 1) {
    const listed = found.map(({ path }) => path).join(', ');
    throw new MlDeployError({
      code: 'build/no-loader',
      kind: 'usage',
      message: `the server onnxruntime serves exactly one ONNX model; ${model.model.path} holds ${found.length === 0 ? 'none' : `${found.length}: ${listed}`}`,
      hint:
        found.length === 0
          ? 'Choose another server.type, or export the model as ONNX.'
          : 'Leave one of them in model.path. With several, server.type: fastapi and a server.entry of yours can ask them in turn.',
    });
  }
  refuseStrangeInputs(file, model);
  return file;
}
