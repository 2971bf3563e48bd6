import type { Check } from './check.ts';
import { declaredContract, previousContract } from '../contract/checks.ts';
import { deviceAdvice } from '../size/device-advice.ts';
import { tensorAdvice } from '../size/tensor-advice.ts';
import { trainingAdvice } from '../size/training-advice.ts';
import { allowedFormats } from './formats.ts';
import { signature } from './signature.ts';
import { growthLimit, sizeLimit } from './size-limit.ts';

/** Every check of the whole model, in the order in which they run. */
export const checks: readonly Check[] = [
  signature,
  allowedFormats,
  sizeLimit,
  growthLimit,
  declaredContract,
  previousContract,
  tensorAdvice,
  trainingAdvice,
  deviceAdvice,
];
