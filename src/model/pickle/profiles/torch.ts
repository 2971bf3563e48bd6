import { Global, Persistent, Tuple, type Value } from '../values.ts';
import { shapeOf } from './numpy.ts';
import { torchModules } from './torch-modules.ts';
import type { ArgumentCheck, CheckContext, Profile, Vetted } from './profile.ts';

const tensor = new Global('torch', 'Tensor');
const parameter = new Global('torch.nn.parameter', 'Parameter');

const dtypes =
  'bcomplex32 bfloat16 bits16 bits1x8 bits2x4 bits4x2 bits8 bool complex128 complex32 complex64 float16 float32 float4_e2m1fn_x2 ' +
  'float64 float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e8m0fnu int1 int16 int2 int3 int32 int4 int5 int6 int64 ' +
  'int7 int8 qint32 qint8 quint2x4 quint4x2 quint8 uint1 uint16 uint2 uint3 uint32 uint4 uint5 uint6 uint64 uint7 uint8';
const schemes =
  'per_channel_affine per_channel_affine_float_qparams per_channel_symmetric per_tensor_affine per_tensor_symmetric';
const storages =
  'BFloat16Storage BoolStorage ByteStorage CharStorage ComplexDoubleStorage ComplexFloatStorage DoubleStorage FloatStorage ' +
  'HalfStorage IntStorage LongStorage QInt32Storage QInt8Storage QUInt2x4Storage QUInt4x2Storage QUInt8Storage ShortStorage';

/** Makes a tensor of parts that were made before. */
const rebuilders: Readonly<Record<string, ArgumentCheck>> = {
  'torch._utils _rebuild_tensor': view(4, 4),
  'torch._utils _rebuild_tensor_v2': view(6, 7),
  'torch._utils _rebuild_tensor_v3': view(7, 8),
  'torch._utils _rebuild_qtensor': view(7, 7),
  'torch._utils _rebuild_parameter': ofTensor(parameter),
  'torch._utils _rebuild_parameter_with_state': ofTensor(parameter),
  'torch._utils _rebuild_sparse_tensor': made,
  'torch._utils _rebuild_nested_tensor': made,
  'torch._utils _rebuild_meta_tensor_no_storage': made,
  'torch._utils _rebuild_device_tensor_from_numpy': made,
  'torch._utils _rebuild_device_tensor_from_cpu_tensor': made,
};

/**
 * PyTorch: what `torch.save` writes for tensors, parameters, and the layers of `torch.nn`. Names of storages and dtypes stand in
 * persistent ids and arguments, and are never called.
 */
export const torch: Profile = {
  id: 'torch',
  classes: {
    torch: 'Size Tensor device',
    'torch.nn.parameter': 'Buffer Parameter UninitializedBuffer UninitializedParameter',
    argparse: 'Namespace',
    ...torchModules,
  },
  containers: {},
  constructors: {
    'torch Tensor': never,
    'torch.nn.parameter Parameter': never,
    ...Object.fromEntries(
      Object.entries(torchModules).flatMap(([module, list]) =>
        list.split(' ').map((name) => [`${module} ${name}`, withoutArguments]),
      ),
    ),
  },
  functions: {
    torch: `channels_last contiguous_format ${dtypes} ${schemes} ${storages}`,
    'torch.cuda': storages,
    'torch.storage': 'TypedStorage UntypedStorage',
    'torch.nn.functional':
      'elu gelu glu hardswish leaky_relu log_softmax mish relu relu6 selu sigmoid silu softmax softplus tanh',
    'torch._C._nn': 'elu_ gelu silu',
  },
  calls: {
    ...rebuilders,
    'torch._tensor _rebuild_from_type_v2': withState,
    'torch.serialization _get_layout': layout,
  },
};

/** With arguments, a layer allocates what they ask for; pickles restore its state instead. */
function withoutArguments(...[args]: Parameters<ArgumentCheck>): Vetted {
  return args?.length === 0
    ? { result: null }
    : { problem: 'makes a layer with arguments, which PyTorch never writes' };
}

/** `Tensor(10**12)` would allocate memory; libraries rebuild tensors from their storages. */
function never(): Vetted {
  return { problem: 'makes a tensor by its constructor, which PyTorch never writes' };
}

function made(): Vetted {
  return { result: tensor };
}

/** A view of a storage: storage, offset, size, strides, and more that has no effect. */
function view(least: number, most: number): ArgumentCheck {
  return (args) => {
    const [storage, offset, size, strides] = args ?? [];
    const plain =
      storage instanceof Persistent &&
      typeof offset === 'number' &&
      shapeOf(size) !== null &&
      shapeOf(strides) !== null;
    if (args === null || args.length < least || args.length > most || !plain) {
      return { problem: 'does not give a storage, an offset, a size and strides' };
    }
    return { result: tensor };
  };
}

function ofTensor(result: Global): ArgumentCheck {
  return (args, context) =>
    context.isInstanceOf(args?.[0] ?? null, 'torch') ? { result } : { problem: 'is not about a tensor' };
}

/** Calls its first argument: only another way to rebuild a tensor will do. */
function withState(...[args, context]: readonly [readonly Value[] | null, CheckContext]): Vetted {
  const [rebuild, type, inner] = args ?? [];
  const check = rebuild instanceof Global ? rebuilders[`${rebuild.module} ${rebuild.name}`] : undefined;
  const known = type !== undefined && context.isClass(type) && [tensor.path, parameter.path].includes(type.path);
  if (args?.length !== 4 || check === undefined || !known || !(inner instanceof Tuple)) {
    return { problem: 'does not rebuild a plain tensor' };
  }
  return check(inner.items, context);
}

function layout(...[args]: Parameters<ArgumentCheck>): Vetted {
  const named = args?.length === 1 && typeof args[0] === 'string' && args[0].startsWith('torch.');
  return named ? { result: null } : { problem: 'does not name a layout' };
}
