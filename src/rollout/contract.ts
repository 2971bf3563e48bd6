import type { Config } from '../config/config.ts';
import { contractChange, type ContractChange } from '../contract/breaks.ts';
import { MlDeployError } from '../errors.ts';
import type { Contract, EvidenceSoFar } from '../pipeline/evidence.ts';
import type { Revision } from './state.ts';

/** Larger contracts are not kept in the state, which has room for 1 MiB and many revisions. Bytes. */
const keptBytes = 16 * 1024;

/** The contract of the model that was built, if validate told one; for the state, null when it is too large to keep. */
export function builtContract({ validate, build }: EvidenceSoFar): Contract | null {
  if (validate === undefined || validate.model.digest !== build?.modelDigest) return null;
  const { contract } = validate;
  return contract !== null && JSON.stringify(contract).length <= keptBytes ? contract : null;
}

/** The contract that clients of the image see: not the model's where code of the project stands between them and nobody declared another. */
export function servedContract({ server }: Config, contract: Contract | null): Contract | null {
  return server.entry !== null && contract?.source !== 'declared' ? null : contract;
}

/** What the candidate changes for the clients of the stable revision. */
export function changeFor(stable: Revision | null, candidate: Revision): ContractChange {
  return contractChange(stable?.contract ?? null, candidate.contract ?? null);
}

/** For the plan: what clients will notice. */
export function contractWarnings(config: Config, stable: Revision, candidate: Revision): readonly string[] {
  const { breaking, compatible } = changeFor(stable, candidate);
  const acknowledged = config.model.acknowledgeBreaking;
  return [
    ...(breaking.length === 0
      ? []
      : [
          isAcknowledged(config, stable)
            ? `Clients of ${stable.name} have to change, which is acknowledged (${acknowledged?.reason ?? ''}): ${breaking.join('; ')}.`
            : `Clients of ${stable.name} break, so the rollout refuses to begin: ${breaking.join('; ')}.`,
        ]),
    ...(compatible.length === 0 ? [] : [`Since ${stable.name}, ${compatible.join('; ')}; its clients notice nothing.`]),
  ];
}

/**
 * Refuses a release that breaks the clients of the running one, before anything is created: no request fails there, so no statistics would
 * tell. Throws `rollout/breaking-contract`.
 */
export function refuseBreaking(config: Config, stable: Revision | null, candidate: Revision): void {
  const { breaking } = changeFor(stable, candidate);
  if (stable === null || breaking.length === 0 || isAcknowledged(config, stable)) return;
  throw new MlDeployError({
    code: 'rollout/breaking-contract',
    kind: 'model',
    message: `Clients of ${stable.name}, which runs now, would break: ${breaking.join('; ')}.`,
    hint: `Keep the contract, give the new model another name, or acknowledge the change: model.acknowledgeBreaking with \`previous: ${stable.modelDigest ?? ''}\` and a \`reason\`.`,
  });
}

function isAcknowledged({ model }: Config, stable: Revision): boolean {
  return model.acknowledgeBreaking !== null && model.acknowledgeBreaking.previous === stable.modelDigest;
}
