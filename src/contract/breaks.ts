import type { Contract } from '../pipeline/evidence.ts';
import { compareContracts } from './compare.ts';

/** What a release changes for the clients of the one that runs, in sentences without full stops. */
export interface ContractChange {
  /** Clients of the old one fail, or get something else. */
  readonly breaking: readonly string[];
  readonly compatible: readonly string[];
}

/** Compares what both tell; a side (inputs, outputs) of which only one tells something is not compared. */
export function contractChange(before: Contract | null, after: Contract | null): ContractChange {
  if (before === null || after === null) return { breaking: [], compatible: [] };
  const differences = compareContracts(before, after).filter(
    ({ side }) => before[side].length > 0 && after[side].length > 0,
  );
  return {
    breaking: differences.filter(({ breaking }) => breaking).map(({ text }) => text),
    compatible: differences.filter(({ breaking }) => !breaking).map(({ text }) => text),
  };
}
