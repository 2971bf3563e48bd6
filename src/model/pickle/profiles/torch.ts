import { Global, Persistent, Tuple, type Value } from '../values.ts';
import { shapeOf } from './numpy.ts';
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
    'torch.nn.parameter': 'Buffer Parameter UninitializedParameter',
    argparse: 'Namespace',
    'torch.nn.modules.activation':
      'CELU ELU GELU GLU Hardshrink Hardsigmoid Hardswish Hardtanh LeakyReLU LogSigmoid LogSoftmax Mish MultiheadAttention PReLU RReLU ' +
      'ReLU ReLU6 SELU SiLU Sigmoid Softmax Softmax2d Softmin Softplus Softshrink Softsign Tanh Tanhshrink Threshold',
    'torch.nn.modules.adaptive': 'AdaptiveLogSoftmaxWithLoss',
    'torch.nn.modules.batchnorm': 'BatchNorm1d BatchNorm2d BatchNorm3d SyncBatchNorm',
    'torch.nn.modules.channelshuffle': 'ChannelShuffle',
    'torch.nn.modules.container': 'ModuleDict ModuleList ParameterDict ParameterList Sequential',
    'torch.nn.modules.conv': 'Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d',
    'torch.nn.modules.distance': 'CosineSimilarity PairwiseDistance',
    'torch.nn.modules.dropout': 'AlphaDropout Dropout Dropout1d Dropout2d Dropout3d FeatureAlphaDropout',
    'torch.nn.modules.flatten': 'Flatten Unflatten',
    'torch.nn.modules.fold': 'Fold Unfold',
    'torch.nn.modules.instancenorm': 'InstanceNorm1d InstanceNorm2d InstanceNorm3d',
    'torch.nn.modules.linear': 'Bilinear Identity Linear NonDynamicallyQuantizableLinear',
    'torch.nn.modules.loss':
      'BCELoss BCEWithLogitsLoss CTCLoss CosineEmbeddingLoss CrossEntropyLoss GaussianNLLLoss HingeEmbeddingLoss HuberLoss KLDivLoss ' +
      'L1Loss MSELoss MarginRankingLoss MultiLabelMarginLoss MultiLabelSoftMarginLoss MultiMarginLoss NLLLoss NLLLoss2d ' +
      'PoissonNLLLoss SmoothL1Loss SoftMarginLoss TripletMarginLoss TripletMarginWithDistanceLoss',
    'torch.nn.modules.normalization': 'CrossMapLRN2d GroupNorm LayerNorm LocalResponseNorm RMSNorm',
    'torch.nn.modules.padding':
      'CircularPad1d CircularPad2d CircularPad3d ConstantPad1d ConstantPad2d ConstantPad3d ReflectionPad1d ReflectionPad2d ' +
      'ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d ZeroPad1d ZeroPad2d ZeroPad3d',
    'torch.nn.modules.pixelshuffle': 'PixelShuffle PixelUnshuffle',
    'torch.nn.modules.pooling':
      'AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d AvgPool1d AvgPool2d ' +
      'AvgPool3d FractionalMaxPool2d FractionalMaxPool3d LPPool1d LPPool2d LPPool3d MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d ' +
      'MaxUnpool2d MaxUnpool3d',
    'torch.nn.modules.rnn': 'GRU GRUCell LSTM LSTMCell RNN RNNCell',
    'torch.nn.modules.sparse': 'Embedding EmbeddingBag',
    'torch.nn.modules.transformer':
      'Transformer TransformerDecoder TransformerDecoderLayer TransformerEncoder TransformerEncoderLayer',
    'torch.nn.modules.upsampling': 'Upsample UpsamplingBilinear2d UpsamplingNearest2d',
  },
  containers: {},
  constructors: { 'torch Tensor': never, 'torch.nn.parameter Parameter': never },
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
