import { Global, type Value } from '../values.ts';
import type { CheckContext, Profile, Vetted } from './profile.ts';

/** dill: what it writes for arrays and plain types. Functions and classes by value are program code, and are refused. */
export const dill: Profile = {
  id: 'dill',
  classes: {},
  containers: {},
  functions: {},
  calls: { 'dill._dill _create_array': createArray, 'dill._dill _load_type': loadType },
};

/** `function(*args)`, then state: only for the function by which NumPy makes arrays. */
function createArray(args: readonly Value[] | null, context: CheckContext): Vetted {
  const [callee, inner] = args ?? [];
  const numpy =
    callee instanceof Global &&
    /^numpy\.(_core|core)\.(_?multiarray)(_umath)? _reconstruct$/.test(`${callee.module} ${callee.name}`);
  if (!numpy || inner === undefined) return { problem: 'calls another function than the one that makes arrays' };
  return context.vet(callee, inner);
}

/** A type of Python by its name. */
function loadType(args: readonly Value[] | null): Vetted {
  const [name] = args ?? [];
  const plain = typeof name === 'string' && ['complex', 'range', 'slice'].includes(name);
  return plain ? { value: new Global('builtins', name) } : { problem: 'loads a type that is not plain data' };
}
