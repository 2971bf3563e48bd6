import { Global, Instance, Opaque, Tuple, type Value } from '../values.ts';
import type { ArgumentCheck, Profile, Vetted } from './profile.ts';
import { isPlaceholderShape, newOf } from './python.ts';

const ndarray = new Global('numpy', 'ndarray');
const dtype = new Global('numpy', 'dtype');

/** Scalar types, universal functions, and reductions: without effect but on their result. */
const scalars =
  'bool bool_ byte bytes_ cdouble character clongdouble complex128 complex256 complex64 complexfloating csingle datetime64 double ' +
  'flexible float16 float32 float64 float128 floating generic half inexact int16 int32 int64 int8 int_ intc integer intp long ' +
  'longdouble longlong number object_ short signedinteger single str_ timedelta64 ubyte uint uint16 uint32 uint64 uint8 uintc ' +
  'uintp ulong ulonglong unsignedinteger ushort void';
const functions =
  'abs absolute add amax amin arccos arcsin arctan argmax argmin array asarray cbrt ceil clip cos cosh deg2rad divide exp exp2 expm1 ' +
  'fabs floor hypot identity isnan log log10 log1p log2 logaddexp logaddexp2 max maximum mean median min minimum multiply nan_to_num ' +
  'nanmax nanmean nanmedian nanmin nanstd negative percentile power prod quantile rad2deg ravel reciprocal rint round sign ' +
  'sin sinh sqrt square std subtract sum tan tanh true_divide trunc var';

/** NumPy: arrays, dtypes, scalars, random state. */
export const numpy: Profile = {
  id: 'numpy',
  classes: {
    numpy: `dtype matrix ndarray vectorize ${scalars}`,
    'numpy.ma': 'MaskedArray',
    'numpy.ma.core': 'MaskedArray MaskedConstant',
    'numpy.random.bit_generator': 'SeedSequence',
    'numpy.random._bit_generator': 'SeedSequence',
    'numpy.random._mt19937': 'MT19937',
    'numpy.random._pcg64': 'PCG64 PCG64DXSM',
    'numpy.random._philox': 'Philox',
    'numpy.random._sfc64': 'SFC64',
    'numpy.random': 'Generator MT19937 PCG64 PCG64DXSM Philox RandomState SFC64',
    'numpy.random.mtrand': 'RandomState',
    'numpy.random._generator': 'Generator',
    'numpy.dtypes':
      'BoolDType BytesDType Complex64DType Complex128DType DateTime64DType Float16DType Float32DType Float64DType Int8DType ' +
      'Int16DType Int32DType Int64DType LongDoubleDType ObjectDType StrDType TimeDelta64DType UInt8DType UInt16DType UInt32DType ' +
      'UInt64DType VoidDType',
    'numpy._core._multiarray_umath': 'flagsobj',
  },
  containers: {},
  constructors: {
    'numpy ndarray': placeholder,
    'numpy matrix': placeholder,
    'numpy.random.bit_generator SeedSequence': seedless,
    'numpy.random._bit_generator SeedSequence': seedless,
  },
  functions: {
    numpy: functions,
    'numpy.core._multiarray_umath': functions,
    'numpy._core._multiarray_umath': functions,
    'numpy.core.fromnumeric': functions,
    'numpy._core.fromnumeric': functions,
    'numpy.lib.function_base': functions,
    'numpy.lib._function_base_impl': functions,
  },
  calls: {
    ...everywhere('multiarray', '_reconstruct', reconstruct),
    ...everywhere('multiarray', 'scalar', scalar),
    ...everywhere('numeric', '_frombuffer', fromBuffer),
    ...everywhere('_internal', '_convert_to_stringdtype_kwargs', () => ({ result: dtype })),
    ...everywhere('_multiarray_umath', '_reconstruct', reconstruct),
    ...everywhere('_multiarray_umath', 'scalar', scalar),
    'numpy.core _ufunc_reconstruct': ufunc,
    'numpy._core _ufunc_reconstruct': ufunc,
    'numpy.ma.core _mareconstruct': reconstructMasked,
    'numpy.random._pickle __randomstate_ctor': fixed('numpy.random.mtrand', 'RandomState'),
    'numpy.random._pickle __generator_ctor': fixed('numpy.random._generator', 'Generator'),
    'numpy.random._pickle __bit_generator_ctor': bitGenerator,
    'numpy.random.bit_generator __pyx_unpickle_SeedSequence': newOf,
    'numpy.random._bit_generator __pyx_unpickle_SeedSequence': newOf,
  },
};

/** NumPy 1 keeps its internals in `numpy.core`, NumPy 2 in `numpy._core`. */
function everywhere(module: string, name: string, check: ArgumentCheck): Record<string, ArgumentCheck> {
  return { [`numpy.core.${module} ${name}`]: check, [`numpy._core.${module} ${name}`]: check };
}

/** NumPy itself only makes arrays by `_reconstruct`. */
function placeholder(...[args]: Parameters<ArgumentCheck>): Vetted {
  return isPlaceholderShape(args?.[0])
    ? { result: ndarray }
    : { problem: 'allocates an array that NumPy would not write' };
}

/** NumPy makes it by another function; a large pool would take for ever to mix. */
function seedless(...[args]: Parameters<ArgumentCheck>): Vetted {
  return args?.length === 0 ? { result: null } : { problem: 'makes a pool of any size' };
}

/** An empty array that BUILD fills; a large shape here would only allocate memory. */
function reconstruct(...[args, context]: Parameters<ArgumentCheck>): Vetted {
  const [type, shape] = args ?? [];
  if (args?.length !== 3 || type === undefined || !context.isClass(type))
    return { problem: 'does not name a vetted array class' };
  return isPlaceholderShape(shape) ? { result: type } : { problem: 'allocates an array that NumPy would not write' };
}

function reconstructMasked(...[args, context]: Parameters<ArgumentCheck>): Vetted {
  const [type, base, shape] = args ?? [];
  const named = type !== undefined && base !== undefined && context.isClass(type) && context.isClass(base);
  if (!named) return { problem: 'does not name vetted array classes' };
  return isPlaceholderShape(shape) ? { result: type } : { problem: 'allocates an array that NumPy would not write' };
}

/** One number: a dtype and its bytes. */
function scalar(...[args]: Parameters<ArgumentCheck>): Vetted {
  const [type] = args ?? [];
  const known = type instanceof Instance && type.type?.path === 'numpy.dtype';
  return known && args !== null && args.length <= 2 ? { result: null } : { problem: 'has no dtype' };
}

/** Protocol 5: an array over a buffer inside the pickle. */
function fromBuffer(...[args]: Parameters<ArgumentCheck>): Vetted {
  const [data, type] = args ?? [];
  const known = type instanceof Instance && type.type?.path === 'numpy.dtype';
  const bytes: Value | undefined = data;
  const inside = bytes instanceof Opaque || (bytes instanceof Instance && bytes.type?.path === 'builtins.bytearray');
  return known && inside && args?.length === 4
    ? { result: ndarray }
    : { problem: 'does not read a buffer of the pickle' };
}

/** A universal function by name. */
function ufunc(...[args]: Parameters<ArgumentCheck>): Vetted {
  const [module, name] = args ?? [];
  const vetted = typeof name === 'string' && functions.split(' ').includes(name);
  const own =
    module === 'numpy.core._multiarray_umath' || module === 'numpy._core._multiarray_umath' || module === 'numpy';
  return vetted && own
    ? { result: null }
    : { problem: 'imports a function by name that is not a vetted universal function' };
}

const bitGenerators = 'MT19937 PCG64 PCG64DXSM Philox SFC64'.split(' ');

/** Takes the name of a generator, or since NumPy 1.24 its class. */
function bitGenerator(...[args, context]: Parameters<ArgumentCheck>): Vetted {
  const type = args?.[0];
  const named = typeof type === 'string' && bitGenerators.includes(type);
  const isClass = type !== undefined && context.isClass(type) && bitGenerators.includes(type.name);
  if (args?.length !== 1 || !(named || isClass)) return { problem: 'does not name a bit generator of NumPy' };
  return { result: isClass ? type : new Global('numpy.random', type as string) };
}

function fixed(module: string, name: string): ArgumentCheck {
  const result = new Global(module, name);
  return () => ({ result });
}

/** Whether the value is a Tuple of whole numbers: the shape of an array. */
export function shapeOf(value: Value | undefined): readonly number[] | null {
  if (!(value instanceof Tuple) || value.items === null) return null;
  const sizes: number[] = [];
  for (const item of value.items) {
    const size = item instanceof Instance ? null : item;
    if (typeof size !== 'number' || size < 0) return null;
    sizes.push(size);
  }
  return sizes;
}
