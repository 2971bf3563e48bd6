import type { Policy } from '../policy.ts';
import { knownDanger } from './profiles/dangerous.ts';
import { profiles, type ProfileName } from './profiles/index.ts';
import type { ArgumentCheck, Profile } from './profiles/profile.ts';
import type { Value } from './values.ts';

/** What may be done with a global. */
export type Ruling =
  | {
      readonly kind: 'class';
      readonly container: boolean;
      readonly construct: ArgumentCheck | null;
      readonly state: ((state: Value) => string | null) | null;
    }
  | { readonly kind: 'function' }
  | { readonly kind: 'call'; readonly check: ArgumentCheck; readonly does: string | null }
  | { readonly kind: 'project'; readonly reason: string; readonly expired: string | null }
  | { readonly kind: 'dangerous'; readonly does: string }
  | { readonly kind: 'unlisted' };

/** Python 2 names that picklers write in protocols 0 to 2, and what Python 3 reads them as. */
const python2Modules: Readonly<Record<string, string>> = {
  __builtin__: 'builtins',
  copy_reg: 'copyreg',
  cPickle: 'pickle',
  commands: 'subprocess',
  cStringIO: 'io',
  StringIO: 'io',
  Queue: 'queue',
  UserDict: 'collections',
  UserList: 'collections',
  UserString: 'collections',
  exceptions: 'builtins',
  urllib2: 'urllib.request',
  httplib: 'http.client',
  dummy_thread: '_dummy_thread',
  thread: '_thread',
  __main__: '__main__',
};
const python2Names: Readonly<Record<string, string>> = {
  'builtins xrange': 'range',
  'builtins unicode': 'str',
  'builtins long': 'int',
  'builtins basestring': 'str',
  'builtins unichr': 'chr',
  'builtins raw_input': 'input',
};

/** The module and name that Python 3 imports for what a pickle names. */
export function currentName(module: string, name: string): { module: string; name: string } {
  const current = Object.hasOwn(python2Modules, module) ? (python2Modules[module] ?? module) : module;
  const key = `${current} ${name}`;
  return { module: current, name: Object.hasOwn(python2Names, key) ? (python2Names[key] ?? name) : name };
}

/** What profiles list, by `module name`, as far as it was asked: the lists are long, and a model names few of their entries. */
const found = new Map<ProfileName, Map<string, Ruling>>();

function listed(profile: ProfileName, module: string, name: string): Ruling | null {
  let known = found.get(profile);
  if (known === undefined) {
    known = new Map();
    found.set(profile, known);
  }
  const key = `${module} ${name}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  let ruling: Ruling | null = null;
  for (const part of profiles[profile]) ruling = listedIn(part, module, name) ?? ruling;
  // What is not listed comes from the file, and there is no end to it.
  if (ruling !== null) known.set(key, ruling);
  return ruling;
}

function listedIn(part: Profile, module: string, name: string): Ruling | null {
  const key = `${module} ${name}`;
  const check = own(part.calls, key);
  if (check !== null) return { kind: 'call', check, does: knownDanger(module, name) };
  if (lists(part.functions, module, name)) return { kind: 'function' };
  if (!lists(part.classes, module, name)) return null;
  const container = lists(part.containers, module, name);
  return {
    kind: 'class',
    container,
    construct: own(part.constructors, key),
    state: own(part.states, module),
  };
}

function lists(names: Readonly<Record<string, string>>, module: string, name: string): boolean {
  return own(names, module)?.split(' ').includes(name) ?? false;
}

/** Names come from files: `constructor` is none of the list. */
function own<T>(values: Readonly<Record<string, T>> | undefined, key: string): T | null {
  return values !== undefined && Object.hasOwn(values, key) ? (values[key] ?? null) : null;
}

/** Answers what a policy says about a name. */
export class Rulings {
  private readonly policy: Policy;

  constructor(policy: Policy) {
    this.policy = policy;
  }

  /** Exact: a dotted name is only what is listed with its dots. */
  of(module: string, name: string): Ruling {
    const ruling = listed(this.policy.profile, module, name);
    if (ruling !== null) return ruling;
    const entry = this.policy.allow.find(({ global }) => global === `${module}.${name}`);
    if (entry !== undefined) {
      const expired = entry.expires < this.policy.today ? entry.expires : null;
      return { kind: 'project', reason: `${entry.reason} (${entry.owner}, until ${entry.expires})`, expired };
    }
    const does = knownDanger(module, name);
    return does === null ? { kind: 'unlisted' } : { kind: 'dangerous', does };
  }
}
