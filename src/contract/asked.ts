import type { Contract } from '../pipeline/evidence.ts';
import { unnamedSource } from './compare.ts';

/**
 * The contract by which a server is asked and judged. An estimator knows the rows that it takes; what a server makes of its predictions (their
 * name, a column for each, probabilities) is the server's own.
 */
export function askedContract(contract: Contract | null): Contract | null {
  return contract?.source === unnamedSource ? { ...contract, outputs: [] } : contract;
}
