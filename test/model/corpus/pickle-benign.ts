import * as p from '../pickle/assembler.ts';
import { benign, suspicious, dangerous, type CorpusCase } from './case.ts';

const newObject = (module: string, name: string, state: p.Part = '}'): Buffer =>
  p.bytes(p.stackGlobal(module, name), ')\x81', state, 'b');
const dictOf = (...entries: readonly p.Part[]): Buffer => p.bytes('}(', ...entries, 'u');
const call = (module: string, name: string, ...args: readonly p.Part[]): Buffer =>
  p.bytes(p.stackGlobal(module, name), '(', ...args, 'tR');
const file = (...parts: readonly p.Part[]): Buffer => p.bytes(p.proto(4), p.framed(...parts, p.stop));
const clean = (name: string, content: Buffer, at = 'model.pkl'): CorpusCase => benign(`pickle: ${name}`, at, content);

const dtype = p.bytes(
  call('numpy', 'dtype', p.text('f8'), '\x89', '\x88'),
  '(K\x03',
  p.text('<'),
  'NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb',
);
const array = p.bytes(
  call(
    'numpy.core.multiarray',
    '_reconstruct',
    p.stackGlobal('numpy', 'ndarray'),
    'K\x00\x85',
    p.data(Buffer.from('b')),
  ),
  '(K\x01K\x02\x85',
  dtype,
  '\x89',
  p.data(Buffer.alloc(16, 0x3f)),
  'tb',
);
const index = call(
  'pandas.core.indexes.base',
  '_new_Index',
  p.stackGlobal('pandas.core.indexes.base', 'Index'),
  dictOf(p.text('data'), array, p.text('name'), 'N'),
);

/** What ordinary libraries write, one for each profile and kind of object; and beside some, what they never write. */
export const pickleBenignCases: readonly CorpusCase[] = [
  clean('plain data', file(dictOf(p.text('a'), 'K\x01', p.text('b'), '](G?\xf0\0\0\0\0\0\0Ne', p.text('c'), '\x88'))),
  clean('an empty dict of protocol 0', Buffer.from('(dp0\n.')),
  clean('protocol 1', p.bytes('}q\x00U\x01aK\x01s.')),
  clean('protocol 5 with a bytearray', p.bytes(p.proto(5), '\x96', p.u64(2), 'ab.')),
  clean('an OrderedDict', file(p.stackGlobal('collections', 'OrderedDict'), ')R(', p.text('a'), 'K\x01u')),
  clean(
    'a defaultdict of lists',
    file(p.stackGlobal('collections', 'defaultdict'), p.stackGlobal('builtins', 'list'), '\x85R'),
  ),
  clean('a set of protocol 2', p.bytes(p.proto(2), p.global('__builtin__', 'set'), '](K\x01K\x02e\x85R.')),
  clean('a date', file(call('datetime', 'date', p.data(Buffer.from([7, 234, 11, 23]))))),
  clean('a UUID', file(newObject('uuid', 'UUID', dictOf(p.text('int'), 'K\x07')))),
  clean('a path', file(call('pathlib', 'PosixPath', p.text('model'), p.text('data')))),
  clean(
    'a partial of a listed function',
    file(
      p.stackGlobal('functools', 'partial'),
      p.stackGlobal('numpy', 'log1p'),
      '\x85R(',
      p.stackGlobal('numpy', 'log1p'),
      ')}Ntb',
    ),
  ),
  clean('a NumPy array', file(array)),
  clean('a NumPy number', file(call('numpy.core.multiarray', 'scalar', dtype, p.data(Buffer.alloc(8))))),
  clean(
    'a NumPy random state',
    file(
      call('numpy.random._pickle', '__randomstate_ctor', p.text('MT19937')),
      dictOf(p.text('bit_generator'), p.text('MT19937')),
      'b',
    ),
  ),
  clean('a SciPy sparse matrix', file(newObject('scipy.sparse._csr', 'csr_matrix', dictOf(p.text('data'), array)))),
  clean(
    'a scikit-learn pipeline',
    file(
      newObject(
        'sklearn.pipeline',
        'Pipeline',
        dictOf(
          p.text('steps'),
          p.bytes('](', p.text('a'), newObject('sklearn.preprocessing._data', 'StandardScaler'), '\x86e'),
        ),
      ),
    ),
  ),
  clean(
    'a scikit-learn tree',
    file(call('sklearn.tree._tree', 'Tree', 'K\x04', array, 'K\x01'), dictOf(p.text('max_depth'), 'K\x02'), 'b'),
  ),
  clean('an imbalanced-learn pipeline', file(newObject('imblearn.pipeline', 'Pipeline', dictOf(p.text('steps'), ']')))),
  clean('a pandas index', file(index)),
  clean(
    'a pandas time stamp',
    file(call('pandas._libs.tslibs.timestamps', '_unpickle_timestamp', '\x8a\x01\x05', 'N', 'N', 'K\x0a')),
  ),
  clean(
    'a pandas categorical',
    file(
      newObject(
        'pandas.core.arrays.categorical',
        'Categorical',
        dictOf(p.text('_dtype'), newObject('pandas.core.dtypes.dtypes', 'CategoricalDtype')),
      ),
    ),
  ),
  clean(
    'a pandas frame',
    file(
      newObject(
        'pandas.core.frame',
        'DataFrame',
        dictOf(p.text('_mgr'), newObject('pandas.core.internals.managers', 'BlockManager')),
      ),
    ),
  ),
  clean('a pandas missing value', file(p.stackGlobal('pandas._libs.missing', 'NA'))),
  clean('a pandas offset', file(call('pandas._libs.tslibs.offsets', 'MonthEnd', 'K\x01', '\x89'))),
  clean('a time zone of pytz', file(call('pytz', '_p', p.text('Europe/Berlin'), 'M\x10\x0e', 'K\x00', p.text('CET')))),
  clean(
    'a time zone of zoneinfo',
    file(
      call('builtins', 'getattr', p.stackGlobal('zoneinfo', 'ZoneInfo'), p.text('_unpickle')),
      p.text('Europe/Berlin'),
      'K\x01\x86R',
    ),
  ),
  clean(
    'an XGBoost wrapper',
    file(newObject('xgboost.sklearn', 'XGBClassifier', dictOf(p.text('n_estimators'), 'K\x03'))),
  ),
  clean(
    'a LightGBM wrapper',
    file(newObject('lightgbm.sklearn', 'LGBMClassifier', dictOf(p.text('n_estimators'), 'K\x03'))),
  ),
  clean(
    'a CatBoost wrapper',
    file(newObject('catboost.core', 'CatBoostClassifier', dictOf(p.text('iterations'), 'K\x03'))),
  ),
  clean(
    'the array of dill',
    file(
      call(
        'dill._dill',
        '_create_array',
        p.stackGlobal('numpy.core.multiarray', '_reconstruct'),
        p.bytes(p.stackGlobal('numpy', 'ndarray'), 'K\x00\x85', p.data(Buffer.from('b')), '\x87'),
        'N',
        'N',
      ),
    ),
  ),
  clean('a plain type of dill', file(call('dill._dill', '_load_type', p.text('slice')), 'NK\x02N\x87R')),
  clean('layers of PyTorch', file(newObject('torch.nn.modules.linear', 'Linear', dictOf(p.text('training'), '\x89')))),
  clean(
    'a shape and a device of PyTorch',
    file(call('torch', 'Size', 'K\x01K\x02\x86'), call('torch', 'device', p.text('cuda'), 'K\x00'), '\x86'),
  ),
  clean('several streams in one file', p.bytes(p.proto(4), 'N.', p.proto(4), 'K\x01.', p.proto(2), '].')),
  clean(
    'two frames with large bytes between',
    p.bytes(p.proto(4), p.framed(']'), p.data(Buffer.alloc(70_000, 7)), p.framed('a.')),
  ),
  clean('a joblib file without arrays', file(newObject('sklearn.dummy', 'DummyClassifier')), 'model.joblib'),
  suspicious(
    'pickle: a layer of PyTorch that allocates',
    ['pickle/unlisted-call'],
    'model.pkl',
    file(call('torch.nn.modules.linear', 'Linear', 'J\xff\xff\xff\x7f', 'J\xff\xff\xff\x7f')),
  ),
  suspicious(
    'pickle: a time zone by a path',
    ['pickle/unlisted-call'],
    'model.pkl',
    file(call('pytz', '_p', p.text('../../etc/passwd'))),
  ),
  suspicious(
    'pickle: an index of pandas that is none',
    ['pickle/unlisted-call'],
    'model.pkl',
    file(call('pandas.core.indexes.base', '_new_Index', p.stackGlobal('numpy', 'ndarray'), '}')),
  ),
  dangerous(
    'pickle: the array of dill by another function',
    ['pickle/dangerous-global', 'pickle/dangerous-call'],
    'model.pkl',
    file(call('dill._dill', '_create_array', p.stackGlobal('os', 'system'), p.bytes(p.text('true'), '\x85'), 'N', 'N')),
  ),
  dangerous(
    'pickle: the type of code by dill',
    ['pickle/dangerous-call'],
    'model.pkl',
    file(call('dill._dill', '_load_type', p.text('CodeType'))),
  ),
  dangerous(
    'pickle: a function by value of cloudpickle',
    ['pickle/dangerous-global', 'pickle/dangerous-call'],
    'model.pkl',
    file(call('cloudpickle.cloudpickle', '_make_function', 'N', '}', 'N', 'N', 'N')),
  ),
  dangerous(
    'pickle: a function by value of dill',
    ['pickle/dangerous-global', 'pickle/dangerous-call'],
    'model.pkl',
    file(call('dill._dill', '_create_function', 'N', '}', 'N', 'N', 'N')),
  ),
  dangerous(
    'pickle: a method of any object by getattr',
    ['pickle/dangerous-call'],
    'model.pkl',
    file(call('builtins', 'getattr', p.stackGlobal('zoneinfo', 'ZoneInfo'), p.text('__init__'))),
  ),
  suspicious(
    'pickle: a partial that is called',
    ['pickle/unlisted-call'],
    'model.pkl',
    file(
      p.stackGlobal('functools', 'partial'),
      p.stackGlobal('numpy', 'log1p'),
      '\x85R(',
      p.stackGlobal('numpy', 'log1p'),
      ')}Ntb)R',
    ),
  ),
  suspicious(
    'pickle: a class of nobody',
    ['pickle/unlisted-global'],
    'model.pkl',
    file(newObject('my_package.model', 'Model')),
  ),
  clean('a fraction', file(call('fractions', 'Fraction', p.text('-3/7')))),
  clean('tuples as keys', file('}(', 'K\x01K\x02\x86', 'N', p.text('b'), 'N\x86', 'Nu')),
  ...[
    ['a fraction of a billion digits', call('fractions', 'Fraction', p.text('1e999999999'))],
    ['a counter of a range', call('collections', 'Counter', call('builtins', 'range', 'J\xff\xff\xff\x7f'))],
    ['a whole number of 2,000 digits', call('builtins', 'int', p.longText('1'.repeat(2000)))],
    [
      'a sparse matrix that allocates',
      call('scipy.sparse._csr', 'csr_matrix', 'J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86'),
    ],
    [
      'a seed with a pool that never ends',
      call('numpy.random.bit_generator', 'SeedSequence', 'K\x01J\xff\xff\xff\x7f'),
    ],
  ].map(([name, content]) =>
    suspicious(`pickle: ${String(name)}`, ['pickle/unlisted-call'], 'model.pkl', file(content as Buffer)),
  ),
  dangerous('pickle: a key of 2^30 parts', ['pickle/expansion'], 'model.pkl', file('}N', '2\x86'.repeat(30), 'Ns')),
];
