import { catboost } from './catboost.ts';
import { code } from './code.ts';
import { compressed } from './compressed.ts';
import type { Format, Head, Recognition } from './format.ts';
import { gguf } from './gguf.ts';
import { jinja } from './jinja.ts';
import { json } from './json.ts';
import { graphs } from './graphs.ts';
import { npy } from './npy.ts';
import { lightgbm } from './lightgbm.ts';
import { opaque, opaqueByName } from './opaque.ts';
import { pickle } from './pickle.ts';
import { picture } from './picture.ts';
import { protobufText } from './protobuf-text.ts';
import { recognised } from './recognised.ts';
import { safetensors } from './safetensors.ts';
import { sentencepiece } from './sentencepiece.ts';
import { tar } from './tar.ts';
import { text } from './text.ts';
import { torchLegacy } from './torch/legacy.ts';
import { unknown } from './unknown.ts';
import { zip } from './zip.ts';
import { xgboost, xgboostBinary } from './xgboost.ts';
import { yaml } from './yaml.ts';

/** Every format, in the order in which they are asked: exact signatures first, text last. */
export const formats: readonly Format[] = [
  safetensors,
  gguf,
  xgboost,
  xgboostBinary,
  lightgbm,
  catboost,
  ...graphs,
  zip,
  npy,
  tar,
  ...recognised,
  ...opaque,
  ...compressed,
  picture,
  torchLegacy,
  pickle,
  code,
  json,
  sentencepiece,
  jinja,
  yaml,
  protobufText,
  text,
  ...opaqueByName,
];

/** Tells the format of a content (`unknown` when no format recognises it) and whether its extension promises another one. */
export async function recognise(head: Head): Promise<Recognition> {
  const format = await detected(head);
  const agrees = [...format.extensions, ...(format.accepts ?? [])].includes(head.extension);
  const promised = agrees ? undefined : formats.find(({ extensions }) => extensions.includes(head.extension));
  return { format, promised: promised ?? null };
}

async function detected(head: Head): Promise<Format> {
  for (const format of formats) {
    const is = format.detect(head);
    if (is === true || (is !== false && (await is))) return format;
  }
  return unknown;
}
