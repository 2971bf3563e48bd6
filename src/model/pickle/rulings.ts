import type { Policy } from '../policy.ts';
import { knownDanger } from './profiles/dangerous.ts';
import { profiles, type ProfileName } from './profiles/index.ts';
import type { ArgumentCheck } from './profiles/profile.ts';
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

const lists = new Map<ProfileName, ReadonlyMap<string, Ruling>>();

/** What a profile lists, by `module name`; made once. */
function listOf(profile: ProfileName): ReadonlyMap<string, Ruling> {
  const known = lists.get(profile);
  if (known !== undefined) return known;
  const listed = new Map<string, Ruling>();
  for (const part of profiles[profile]) {
    const containers = new Set(keys(part.containers));
    for (const key of keys(part.classes)) {
      const state = part.states?.[key.slice(0, key.indexOf(' '))] ?? null;
      const construct = part.constructors?.[key] ?? null;
      listed.set(key, { kind: 'class', container: containers.has(key), construct, state });
    }
    for (const key of keys(part.functions)) listed.set(key, { kind: 'function' });
    for (const [key, check] of Object.entries(part.calls)) {
      const [module = '', name = ''] = key.split(' ');
      listed.set(key, { kind: 'call', check, does: knownDanger(module, name) });
    }
  }
  lists.set(profile, listed);
  return listed;
}

/** Answers what a policy says about a name. */
export class Rulings {
  private readonly listed: ReadonlyMap<string, Ruling>;
  private readonly policy: Policy;

  constructor(policy: Policy) {
    this.policy = policy;
    this.listed = listOf(policy.profile);
  }

  /** Exact: a dotted name is only what is listed with its dots. */
  of(module: string, name: string): Ruling {
    const listed = this.listed.get(`${module} ${name}`);
    if (listed !== undefined) return listed;
    const entry = this.policy.allow.find(({ global }) => global === `${module}.${name}`);
    if (entry !== undefined) {
      const expired = entry.expires < this.policy.today ? entry.expires : null;
      return { kind: 'project', reason: `${entry.reason} (${entry.owner}, until ${entry.expires})`, expired };
    }
    const does = knownDanger(module, name);
    return does === null ? { kind: 'unlisted' } : { kind: 'dangerous', does };
  }
}

function keys(names: Readonly<Record<string, string>>): string[] {
  return Object.entries(names).flatMap(([module, list]) => list.split(' ').map((name) => `${module} ${name}`));
}
