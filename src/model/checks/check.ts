import type { Contract } from '../../pipeline/evidence.ts';
import type { InspectedFile } from '../inspect.ts';
import type { Policy } from '../policy.ts';

/** A model after every file was read and the folder was understood. */
export interface WholeModel {
  /** As it was given. */
  readonly path: string;
  /** Real path of the folder or file, to look beside it. */
  readonly root: string;
  readonly isFolder: boolean;
  readonly files: readonly InspectedFile[];
  readonly bytes: number;
  /** As the files tell it. */
  readonly contract: Contract | null;
}

/** A question that only the whole model answers, asked after the files were judged; adds findings to them. */
export type Check = (model: WholeModel, policy: Policy, signal: AbortSignal) => void | Promise<void>;

/** The largest file: it carries what concerns the whole model. */
export function largest({ files }: WholeModel): InspectedFile | undefined {
  return files.reduce<InspectedFile | undefined>(
    (best, file) => (best === undefined || file.bytes > best.bytes ? file : best),
    undefined,
  );
}
