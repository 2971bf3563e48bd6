import { catboostRules } from './catboost.ts';
import { compressionRules } from './compression.ts';
import { contentRules } from './content.ts';
import { contractRules } from './contract.ts';
import { fileRules } from './file.ts';
import { formatRules } from './format.ts';
import { ggufRules } from './gguf.ts';
import { huggingFaceRules } from './hugging-face.ts';
import { joblibRules } from './joblib.ts';
import { jsonRules } from './json.ts';
import { hdf5Rules } from './hdf5.ts';
import { kerasRules } from './keras.ts';
import { onnxRules } from './onnx.ts';
import { marRules } from './mar.ts';
import { nemoRules } from './nemo.ts';
import { numpyRules } from './numpy.ts';
import { lightgbmRules } from './lightgbm.ts';
import { mlflowRules } from './mlflow.ts';
import { opaqueRules } from './opaque.ts';
import { pickleRules } from './pickle.ts';
import { pictureRules } from './picture.ts';
import { policyRules } from './policy.ts';
import { protobufRules } from './protobuf.ts';
import { protobufTextRules } from './protobuf-text.ts';
import { safetensorsRules } from './safetensors.ts';
import { sentencepieceRules } from './sentencepiece.ts';
import { shardsRules } from './shards.ts';
import { templateRules } from './template.ts';
import { skopsRules } from './skops.ts';
import { tarRules } from './tar.ts';
import { signatureRules } from './signature.ts';
import { sizeRules } from './size.ts';
import { tritonRules } from './triton.ts';
import { textRules } from './text.ts';
import { torchRules } from './torch.ts';
import { zipRules } from './zip.ts';
import { xgboostRules } from './xgboost.ts';
import { yamlRules } from './yaml.ts';
import { savedmodelRules } from './savedmodel.ts';
import { tfliteRules } from './tflite.ts';
import type { Rule } from './rule.ts';

/** Every rule that findings name, by id: `family/what`. A family is a file of this folder. */
export const rules = {
  ...catboostRules,
  ...compressionRules,
  ...contentRules,
  ...contractRules,
  ...fileRules,
  ...formatRules,
  ...ggufRules,
  ...huggingFaceRules,
  ...joblibRules,
  ...jsonRules,
  ...hdf5Rules,
  ...kerasRules,
  ...onnxRules,
  ...marRules,
  ...nemoRules,
  ...numpyRules,
  ...lightgbmRules,
  ...mlflowRules,
  ...opaqueRules,
  ...pickleRules,
  ...pictureRules,
  ...policyRules,
  ...protobufRules,
  ...protobufTextRules,
  ...safetensorsRules,
  ...sentencepieceRules,
  ...shardsRules,
  ...savedmodelRules,
  ...templateRules,
  ...skopsRules,
  ...tarRules,
  ...signatureRules,
  ...sizeRules,
  ...textRules,
  ...tfliteRules,
  ...tritonRules,
  ...torchRules,
  ...zipRules,
  ...xgboostRules,
  ...yamlRules,
} as const;

export type RuleId = keyof typeof rules;

/** The rule with this id. */
export function ruleOf(id: string): Rule {
  const found = knownRule(id);
  if (found === undefined) throw new Error(`no rule ${id}`);
  return found;
}

/** The same for evidence, which another version may have written; undefined for rules of that version alone. */
export function knownRule(id: string): Rule | undefined {
  return Object.hasOwn(rules, id) ? (rules as Readonly<Record<string, Rule>>)[id] : undefined;
}
