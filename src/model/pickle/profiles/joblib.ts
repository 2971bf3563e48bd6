import type { Profile } from './profile.ts';

/** joblib: the placeholder of an array whose bytes follow in the file. */
export const joblib: Profile = {
  id: 'joblib',
  classes: { 'joblib.numpy_pickle': 'NumpyArrayWrapper' },
  containers: {},
  functions: {},
  calls: {},
};
