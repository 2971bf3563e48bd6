import type { Check } from './check.ts';

/** `model.requireSignature`: an OpenSSF Model Signing bundle of somebody who is trusted, over exactly these files. */
export const signature: Check = async (model, { signature: wanted }, signal) => {
  if (wanted === null) return;
  const { verifySignature } = await import('./verify-signature.ts');
  await verifySignature(model, wanted, signal);
};
