import { joblib } from './joblib.ts';
import { numpy } from './numpy.ts';
import type { Profile } from './profile.ts';
import { python } from './python.ts';
import { scipy } from './scipy.ts';
import { sklearn } from './sklearn.ts';
import { torch } from './torch.ts';

/** Allow-lists by profile. A profile is a list of parts, so that parts are shared. */
export const profiles = {
  sklearn: [python, numpy, scipy, joblib, sklearn],
  torch: [python, numpy, torch],
} as const satisfies Record<string, readonly Profile[]>;

export type ProfileName = keyof typeof profiles;
