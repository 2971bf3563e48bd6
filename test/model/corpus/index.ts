import type { CorpusCase } from './case.ts';
import { catboostCases } from './catboost.ts';
import { pickleBenignCases } from './pickle-benign.ts';
import { pickleHiddenCases } from './pickle-hidden.ts';
import { pickleReadingCases } from './pickle-readings.ts';
import { torchLegacyCases } from './pickle-torch-legacy.ts';
import { pickleCases } from './pickle.ts';
import { compressedCases } from './compressed.ts';
import { alsoPickleCases } from './also-pickle.ts';
import { pictureCases } from './pictures.ts';
import { besideCases } from './beside.ts';
import { namedCodeCases } from './named-code.ts';
import { opaqueCases } from './opaque.ts';
import { mlflowCases, tritonCases } from './folders.ts';
import { ggufCases, templateCases } from './gguf.ts';
import { graphCases } from './graphs.ts';
import { safetensorsCases } from './safetensors.ts';
import { numpyCases } from './numpy.ts';
import { marCases, skopsCases } from './skops.ts';
import { tarCases } from './tar.ts';
import { torchCases } from './torch.ts';
import { zipCases } from './zip.ts';
import { huggingFaceCases } from './hugging-face.ts';
import { lightgbmCases } from './lightgbm.ts';
import { xgboostCases } from './xgboost.ts';

/** Every model of the corpus, by family: one file of this folder each. */
export const corpus: readonly CorpusCase[] = [
  ...pickleBenignCases,
  ...pickleCases,
  ...pickleHiddenCases,
  ...pickleReadingCases,
  ...alsoPickleCases,
  ...besideCases,
  ...pictureCases,
  ...namedCodeCases,
  ...torchLegacyCases,
  ...compressedCases,
  ...catboostCases,
  ...ggufCases,
  ...templateCases,
  ...graphCases,
  ...zipCases,
  ...huggingFaceCases,
  ...opaqueCases,
  ...mlflowCases,
  ...tritonCases,
  ...xgboostCases,
  ...lightgbmCases,
  ...safetensorsCases,
  ...numpyCases,
  ...skopsCases,
  ...marCases,
  ...tarCases,
  ...torchCases,
];
