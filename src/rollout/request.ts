import type { RolloutRequest } from '../pipeline/stage.ts';

export type { RolloutRequest };

/** A release like any other. */
export const ordinary: RolloutRequest = { force: null, retry: false, undo: null };
