/* Advice that several rules give. */

export const rewrite =
  'Do not load this file. Get the model from its source again, or write it again in a trusted environment, and compare the checksums.';
export const vetted =
  'Write the model with scikit-learn, NumPy and SciPy classes only, or as safetensors. If you know this name and trust it, add it to ' +
  'model.allow in mldeploy.yaml with a reason, an owner and an expiry date.';
export const regular = 'Write the file again with pickle.dump or joblib.dump of a current Python.';
export const again = 'Copy or download the file again and compare its size and checksum with the source.';
export const convert =
  'Nothing can be said about this file yet. Convert it to a format that is checked (safetensors, or a scikit-learn pickle), or move it ' +
  'out of the model folder if the server does not need it.';

/** For formats that are recognised and not looked into: who else can answer for the content. */
export const orSigned =
  'Or have its maker sign the model (`model_signing sign`), and set `model.requireSignature: {key: keys/maker.pub.pem}` in mldeploy.yaml: ' +
  'when the signature verifies over exactly these files, this is a remark.';
