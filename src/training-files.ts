/** Files that training leaves beside the weights, by their base names. */
export const trainingFile =
  /^(optimizer|scheduler|rng_state(_\d+)?|training_args|optim_states|.*_optim_states)\.(pt|bin|pth|pkl|safetensors)$/;

/** Files that hold the same weights in another framework's form, by base name; the form that is best to keep comes first. */
export const weightForms: readonly (readonly [form: string, pattern: RegExp])[] = [
  ['safetensors', /^(model|diffusion_pytorch_model)([-.]\d+-of-\d+)?\.safetensors$/],
  ['PyTorch', /^(pytorch_model|diffusion_pytorch_model)([-.]\d+-of-\d+)?\.bin$/],
  ['PyTorch, consolidated', /^consolidated(\.\d+)?\.(pth|safetensors)$/],
  ['TensorFlow', /^tf_model([-.]\d+-of-\d+)?\.h5$/],
  ['Flax', /^flax_model([-.]\d+-of-\d+)?\.msgpack$/],
  ['ONNX', /^model\.onnx$/],
  ['Rust', /^rust_model\.ot$/],
];
