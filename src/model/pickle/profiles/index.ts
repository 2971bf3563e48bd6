import { boosting, imbalanced } from './boosting.ts';
import { dill } from './dill.ts';
import { joblib } from './joblib.ts';
import { numpy } from './numpy.ts';
import { pandas } from './pandas.ts';
import type { Profile } from './profile.ts';
import { python } from './python.ts';
import { scipy } from './scipy.ts';
import { sklearn } from './sklearn.ts';
import { torch } from './torch.ts';

/** Allow-lists by profile. A profile is a list of parts, one per library. */
export const profiles = {
  standard: [python, numpy, scipy, joblib, sklearn, pandas, boosting, imbalanced, torch, dill],
} as const satisfies Record<string, readonly Profile[]>;

export type ProfileName = keyof typeof profiles;
