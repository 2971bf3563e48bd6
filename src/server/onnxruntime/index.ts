import type { Config } from '../../config/config.ts';
import type { ValidateEvidence } from '../../pipeline/evidence.ts';
import { appServer } from '../fastapi/app-server.ts';
import type { ModelFile } from '../fastapi/loaders.ts';
import type { Server } from '../server.ts';
import { onlyOnnxFile } from './model-file.ts';

/**
 * ONNX Runtime behind the application of `fastapi`: one ONNX model, on CPU or on a GPU (docs/server-onnxruntime.md). The CUDA libraries
 * come as Python packages, pinned and hashed like all others, so that the base stays the same slim one, nothing has to be installed by
 * the base's package manager, and their versions are those that this ONNX Runtime was built for.
 */
export const onnxruntime: Server = appServer('onnxruntime', chooseFile);

function chooseFile(config: Config, model: ValidateEvidence): ModelFile {
  const { providers } = config.server;
  const gpu = providers.includes('cuda');
  return {
    path: onlyOnnxFile(model).path,
    format: 'onnx',
    requirements: [gpu ? 'requirements-onnxruntime-gpu.txt' : 'requirements-onnxruntime.txt'],
    modules: ['onnxruntime'],
    settings: { providers },
    // What the container toolkit mounts of the driver. Which GPUs is for the device plugin to say: an image that asks for all of them
    // would get them without any request.
    ...(gpu ? { environment: { NVIDIA_DRIVER_CAPABILITIES: 'compute,utility' } } : {}),
  };
}
