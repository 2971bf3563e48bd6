import type { Contract } from '../../pipeline/evidence.ts';
import type { Unit } from './unit.ts';

/** What a layout learned. */
export interface Laid {
  /** Inputs and outputs of the model that the folder is. */
  readonly contract?: Contract;
}

/**
 * A kind of model that is several files: rules that no file can be judged by alone. Several layouts may apply to one unit, each to
 * as many of its subfolders as have its marks.
 */
export interface Layout {
  readonly id: string;
  /** Adds findings to the files of the unit, and accounts for those that only the folder explains; finds its marks itself. */
  check(unit: Unit): Promise<Laid> | Laid;
}
