import { Global, Instance, Opaque, Tuple, type Value } from '../values.ts';
import type { ArgumentCheck, Profile, Vetted } from './profile.ts';

const bytes = new Global('builtins', 'bytes');

/** The parts of Python's own library that picklers use for plain data. */
export const python: Profile = {
  id: 'python',
  classes: {
    builtins: 'bool bytearray bytes complex dict float frozenset int list object range set slice str tuple',
    collections: 'Counter OrderedDict defaultdict deque',
    datetime: 'date datetime time timedelta timezone',
    decimal: 'Decimal',
    fractions: 'Fraction',
    functools: 'partial',
    pathlib: 'Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath',
    uuid: 'SafeUUID UUID',
  },
  containers: {
    builtins: 'bytearray dict list set',
    collections: 'Counter OrderedDict defaultdict deque',
  },
  constructors: {
    ...Object.fromEntries(
      'bytearray bytes dict frozenset list set str tuple'.split(' ').map((name) => [`builtins ${name}`, plainData]),
    ),
    ...Object.fromEntries(
      'Counter OrderedDict defaultdict deque'.split(' ').map((name) => [`collections ${name}`, plainData]),
    ),
    'builtins int': number,
    'builtins float': number,
    'builtins complex': number,
    'fractions Fraction': fraction,
  },
  functions: {
    builtins: 'Ellipsis NotImplemented abs all any len max min round sorted sum',
    math: 'ceil exp expm1 fabs floor log log10 log1p log2 sqrt',
  },
  calls: {
    'copyreg _reconstructor': reconstructor,
    'copyreg __newobj__': newOf,
    '_codecs encode': encode,
    'builtins type': typeOfNone,
    'builtins getattr': boundMethod,
  },
};

/** Largest number that a constructor of plain data may take: `bytes(10**12)` allocates that many bytes. */
const maxAllocation = 1_000_000;

/** Containers made from plain data; an object would be iterated over, for ever (`list(range(10**12))`) or by methods of its own. */
function plainData(...[args]: Parameters<ArgumentCheck>): Vetted {
  const plain = args?.every(
    (value) =>
      (!(value instanceof Instance) || value.type === bytes) && !(typeof value === 'number' && value > maxAllocation),
  );
  return plain === true ? { result: null } : { problem: 'does not take its content from the pickle' };
}

/** Numbers of numbers or short text: conversion of long text takes time that grows with its square. */
function number(...[args]: Parameters<ArgumentCheck>): Vetted {
  const short = args?.every((value) => typeof value === 'number' || typeof value === 'boolean' || isShort(value));
  return short === true ? { result: null } : { problem: 'is not made from a number or a short text' };
}

function isShort(value: Value): boolean {
  if (typeof value === 'string') return value.length <= 1000;
  return value instanceof Opaque && (value.type === 'float' || value.type === 'integer');
}

/** `Fraction('1e999999999')` would compute a number of a billion digits. */
function fraction(...[args]: Parameters<ArgumentCheck>): Vetted {
  const [value] = args ?? [];
  const plain = args?.length === 1 && typeof value === 'string' && /^-?\d{1,1000}(\/\d{1,1000})?$/.test(value);
  const numbers = args?.every((part) => typeof part === 'number') === true;
  return plain || numbers ? { result: null } : { problem: 'is not written as numerator and denominator' };
}

/** Protocols 0 and 1: `cls.__new__` of a class, with a plain base. */
function reconstructor(...[args, context]: Parameters<ArgumentCheck>): Vetted {
  const [type, base] = args ?? [];
  if (args?.length !== 3 || type === undefined || !context.isClass(type))
    return { problem: 'does not name a vetted class' };
  const plain = base instanceof Global && base.module === 'builtins' && context.isClass(base);
  return plain ? { result: type } : { problem: 'has a base class that is not a plain type' };
}

/**
 * Functions that make an empty object of the class in their first argument (`class.__new__(class)`): copyreg's, and those that Cython
 * generates for its classes, `__pyx_unpickle_X(class, checksum, state)`.
 */
export function newOf(...[args, context]: Parameters<ArgumentCheck>): Vetted {
  const type = args?.[0];
  return type !== undefined && context.isClass(type) ? { result: type } : { problem: 'does not name a vetted class' };
}

/** Bytes in protocols 0 to 2: text encoded as Latin-1. */
function encode(...[args]: Parameters<ArgumentCheck>): Vetted {
  const [text, encoding] = args ?? [];
  const isText = typeof text === 'string' || (text instanceof Opaque && text.type === 'string');
  if (args?.length === 2 && isText && (encoding === 'latin1' || encoding === 'latin-1')) return { result: bytes };
  return { problem: 'does more than turn text into bytes' };
}

/** The class of None, Ellipsis or NotImplemented, which has no name of its own. */
function typeOfNone(...[args]: Parameters<ArgumentCheck>): Vetted {
  const value: Value | undefined = args?.[0];
  const single = value === null || (value instanceof Global && value.module === 'builtins');
  return args?.length === 1 && single ? { result: null } : { problem: 'makes a new class' };
}

/** Methods that scipy's distributions bind; the result is never called while loading. */
function boundMethod(...[args, context]: Parameters<ArgumentCheck>): Vetted {
  const [target, name] = args ?? [];
  // Before protocol 4, a class method is reached like this.
  if (args?.length === 2 && target instanceof Global && target.path === 'zoneinfo.ZoneInfo' && name === '_unpickle') {
    return { value: new Global('zoneinfo', 'ZoneInfo._unpickle') };
  }
  const known = target instanceof Instance && context.isInstanceOf(target, 'scipy.stats');
  if (args?.length === 2 && known && typeof name === 'string' && /^_?[a-z]\w*$/.test(name)) return { result: null };
  return { problem: 'reaches for an attribute of any object' };
}

/** Whether the value is an empty tuple, or a tuple with the single item 0: the shape that NumPy writes before the real one. */
export function isPlaceholderShape(value: Value | undefined): boolean {
  return value instanceof Tuple && (value.length === 0 || (value.length === 1 && value.items?.[0] === 0));
}
