import type { Contract } from '../../pipeline/evidence.ts';
import { largest, type WholeModel } from '../checks/check.ts';
import type { Findings } from '../findings.ts';
import type { Policy } from '../policy.ts';
import { compareContracts, unnamedSource, type Difference } from '../../contract/compare.ts';
import { effectiveContract } from '../../contract/served.ts';

/**
 * The contract that the configuration declares against the one of the files: a declaration that the files contradict fails. Not asked where
 * code of the project stands between clients and model, since its contract is another one.
 */
export function declaredContract(model: WholeModel, { declared, ownEntry }: Policy): void {
  if (declared === null || model.contract === null || ownEntry) return;
  const told = model.contract.source === unnamedSource ? withWidthOf(declared, model.contract) : model.contract;
  // Somebody who believes the declaration is a client of it. A declaration of one side only says nothing about the other.
  const contradicted = compareContracts(declared, told).filter(
    ({ breaking, side }) => breaking && declared[side].length > 0,
  );
  if (contradicted.length === 0) return;
  const what = `In ${model.contract.source}, unlike model.inputs and model.outputs, ${list(contradicted)}.`;
  carrier(model)?.add('contract/declared', null, what);
}

/** Estimators take numbers of any type, and say only how many stand in a row: the rest is as it is declared. */
function withWidthOf(declared: Contract, { inputs, source }: Contract): Contract {
  const width = inputs[0]?.shape[1];
  const [rows] = declared.inputs;
  if (width === undefined || rows === undefined || declared.inputs.length !== 1 || rows.shape.length !== 2)
    return declared;
  return { ...declared, inputs: [{ ...rows, shape: [rows.shape[0] ?? null, width] }], source };
}

/** The contract of the release before against this one. */
export function previousContract(model: WholeModel, { previous, declared, acknowledged, ownEntry }: Policy): void {
  // Code of the project may keep what clients see the same.
  if (ownEntry && declared === null) return;
  const before = previous?.contract ?? null;
  const findings = carrier(model);
  if (previous === null || before === null || findings === undefined) return;
  const now = effectiveContract(declared, model.contract) ?? { inputs: [], outputs: [], source: '' };
  // Estimators tell what they can: the next one may be of a kind that does not.
  const tells = before.source !== unnamedSource;
  const lost = (['inputs', 'outputs'] as const).filter(
    (side) => tells && before[side].length > 0 && now[side].length === 0,
  );
  if (lost.length > 0) {
    findings.add('contract/unknown', null, `The previous release told its ${lost.join(' and ')}; this one does not.`);
  }
  const comparable = (side: 'inputs' | 'outputs'): boolean => before[side].length > 0 && now[side].length > 0;
  const differences = compareContracts(before, now).filter(({ side }) => comparable(side));
  const breaking = differences.filter((difference) => difference.breaking);
  const harmless = differences.filter((difference) => !difference.breaking);
  if (harmless.length > 0) findings.add('contract/compatible', null, `Since the previous release, ${list(harmless)}.`);
  if (breaking.length === 0) return;
  if (acknowledged?.previous === previous.digest) {
    findings.add(
      'contract/acknowledged',
      null,
      `Since the previous release, ${list(breaking)}. "${acknowledged.reason}".`,
    );
  } else {
    findings.add('contract/breaking', null, `Since the previous release (${previous.digest}), ${list(breaking)}.`);
  }
}

function list(differences: readonly Difference[]): string {
  return differences.map(({ text }) => text).join('; ');
}

/** The file that tells the contract, else the largest one. */
function carrier(model: WholeModel): Findings | undefined {
  const teller = model.files.find(({ inspected }) => inspected.contract !== undefined);
  return (teller ?? largest(model))?.findings;
}
