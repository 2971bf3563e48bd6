import type { Verdict } from '../../../src/pipeline/evidence.ts';
import * as p from './assembler.ts';

/** A pickle that must not be called clean. */
export interface Malicious {
  readonly name: string;
  readonly content: Buffer;
  readonly verdict: Verdict;
  /** A rule that must be among the findings. */
  readonly rule: string;
}

const dangerous = 'pickle/dangerous-global';
const base64 = (content: Buffer): Buffer => Buffer.from(content.toString('base64'));
const evil = p.bytes(p.proto(4), p.payload, p.stop);

/** Names that scanners lacked at some time, one or two for each kind of harm. */
const names = [
  'os.system',
  'posix.system',
  'nt.system',
  'subprocess.Popen',
  '_posixsubprocess.fork_exec',
  'pty.spawn',
  'builtins.eval',
  'builtins.exec',
  '__builtin__.eval',
  '__builtin__.apply',
  'builtins.__import__',
  'builtins.getattr',
  'builtins.setattr',
  'builtins.open',
  'builtins.compile',
  'importlib.import_module',
  'runpy.run_path',
  'pkgutil.resolve_name',
  'pydoc.locate',
  'operator.methodcaller',
  '_operator.attrgetter',
  'operator.itemgetter',
  'code.InteractiveInterpreter',
  'types.FunctionType',
  'types.CodeType',
  'marshal.loads',
  'ctypes.CDLL',
  'multiprocessing.util.spawnv_passfds',
  'distutils.spawn.spawn',
  'distutils.file_util.write_file',
  'zipimport.zipimporter',
  'ensurepip._run_pip',
  'pip.main',
  'doctest.debug_script',
  'trace.Trace',
  'profile.run',
  'cProfile.runctx',
  'timeit.timeit',
  'pdb.run',
  'bdb.Bdb',
  'idlelib.autocomplete.AutoComplete',
  'lib2to3.pgen2.grammar.Grammar',
  'uuid._get_command_stdout',
  '_osx_support._read_output',
  '_aix_support._read_cmd_output',
  'imaplib.IMAP4_stream',
  '_pyrepl.pager.pipe_pager',
  'test.support.script_helper.assert_python_ok',
  'asyncio.unix_events._UnixSubprocessTransport',
  'torch.utils.collect_env.run',
  'torch.utils.bottleneck.__main__.run_cprofile',
  'torch.jit.unsupported_tensor_ops.execWrapper',
  'torch.hub.load',
  'torch.serialization.load',
  'torch.load',
  'numpy.load',
  'numpy.testing._private.utils.runstring',
  'numpy.f2py.crackfortran.getlincoef',
  'joblib.load',
  'pickle.loads',
  '_pickle.Unpickler',
  'dill._dill._create_function',
  'cloudpickle.cloudpickle._make_function',
  'shutil.rmtree',
  'io.FileIO',
  'codecs.open',
  'gzip.open',
  'tarfile.open',
  'linecache.getline',
  'ssl.get_server_certificate',
  'socket.socket',
  'urllib.request.urlopen',
  'http.client.HTTPSConnection',
  'logging.config.listen',
  'logging.FileHandler',
  'webbrowser.open',
  'sys.exit',
  'signal.raise_signal',
  'site.addsitedir',
  'mailcap.findmatch',
  'asteval.Interpreter',
  '_interpreters.create',
  'mlflow.projects.backend.local._run_entry_point',
  'sklearn.datasets.fetch_openml',
  'copyreg.add_extension',
  'inspect.getattr_static',
  'functools.reduce',
  'fickling.hook.activate_safe_ml_environment',
  'picklescan.scanner.scan_bytes',
  'pandas.read_pickle',
  'pandas.read_csv',
  'joblib.numpy_pickle.NDArrayWrapper',
];

function byName(path: string): Malicious {
  const dot = path.lastIndexOf('.');
  const named = p.stackGlobal(path.slice(0, dot), path.slice(dot + 1));
  const known = path !== '__builtin__.apply';
  const rule = path === 'builtins.getattr' ? 'pickle/dangerous-call' : known ? dangerous : 'pickle/unlisted-global';
  return {
    name: `name ${path}`,
    content: p.bytes(p.proto(4), named, p.text('x'), p.tuple1, p.reduce, p.stop),
    verdict: known ? 'unsafe' : 'inconclusive',
    rule,
  };
}

function evilBy(name: string, ...parts: Parameters<typeof p.bytes>): Malicious {
  return { name, content: p.bytes(...parts), verdict: 'unsafe', rule: dangerous };
}

function refused(name: string, verdict: Verdict, rule: string, ...parts: Parameters<typeof p.bytes>): Malicious {
  return { name, content: p.bytes(...parts), verdict, rule };
}

/** How the name gets on the stack. */
const stacking: readonly Malicious[] = [
  evilBy('protocol 0', "cos\nsystem\n(S'true'\ntR."),
  evilBy('GLOBAL of Python 2', "c__builtin__\neval\n(S'1'\ntR."),
  evilBy('INST', "(S'true'\nios\nsystem\n."),
  evilBy('OBJ', p.proto(2), '(cos\nsystem\nX', p.u32(4), 'trueo.'),
  evilBy('OBJ, then POP', p.proto(2), '(cos\nsystem\nX', p.u32(4), 'trueo0N.'),
  evilBy('NEWOBJ', p.proto(2), 'cos\nsystem\n)\x81.'),
  evilBy('NEWOBJ_EX', p.proto(4), p.stackGlobal('os', 'system'), ')}\x92.'),
  evilBy('result popped', p.proto(4), p.payload, '0N.'),
  evilBy('STRING operands', "S'os'\nS'system'\n\x93S'true'\n\x85R."),
  evilBy('STRING operands with escapes', "S'\\x6fs'\nS'sy\\163tem'\n\x93S'true'\n\x85R."),
  evilBy('SHORT_BINSTRING operands', 'U\x02osU\x06system\x93U\x04true\x85R.'),
  evilBy('BINSTRING operands', 'T', p.u32(2), 'osT', p.u32(6), 'system\x93N\x85R.'),
  evilBy('UNICODE operands with escapes', 'V\\u006fs\nVsystem\n\x93N\x85R.'),
  evilBy('BINUNICODE8 operands', p.proto(4), '\x8d', p.u64(2), 'os\x8d', p.u64(6), 'system\x93N\x85R.'),
  evilBy('dotted name', p.proto(4), p.stackGlobal('pathlib', 'os.system'), p.text('true'), p.tuple1, p.reduce, p.stop),
  evilBy('long dotted name', p.proto(4), p.stackGlobal('torch.library', 'torch.utils.collect_env.run'), 'N\x85R.'),
  evilBy(
    'dotted into a listed class',
    p.proto(4),
    p.stackGlobal('collections', 'OrderedDict.__init__.__globals__'),
    p.stop,
  ),
  evilBy('dotted GLOBAL', p.proto(4), p.global('numpy', 'ndarray.__class__.__subclasses__'), p.stop),
  evilBy('names from the memo', p.proto(4), p.text('os'), '\x940', p.text('system'), '\x940h\x00h\x01\x93N\x85R.'),
  evilBy(
    'memo slot overwritten',
    p.proto(4),
    p.text('math'),
    'q\x000',
    p.text('os'),
    'q\x000h\x00',
    p.text('system'),
    '\x93N\x85R.',
  ),
  evilBy('PUT and GET decoys', p.proto(2), "S'sys'\np0\n0S'os'\np9\n0g9\nS'system'\n\x93N\x85R."),
  evilBy(
    'MEMOIZE after a sparse PUT',
    p.proto(4),
    p.text('os'),
    'r',
    p.u32(1000),
    p.text('system'),
    '\x94h\x01',
    '0',
    'j',
    p.u32(1000),
    'h\x01\x93N\x85R.',
  ),
  evilBy('MEMOIZE after GET', p.proto(4), p.text('os'), '\x94h\x00\x94h\x01', p.text('system'), '\x93N\x85R.'),
  evilBy('DUP and POP', p.proto(4), p.text('os'), '2', p.text('x'), '0', '0', p.text('system'), '\x93N\x85R.'),
  evilBy(
    'MARK and POP_MARK decoys',
    p.proto(4),
    p.text('os'),
    '(',
    p.stackGlobal('math', 'sin'),
    '1',
    p.text('system'),
    '\x93N\x85R.',
  ),
  evilBy('POP takes a MARK', p.proto(4), p.text('os'), '(0', p.text('system'), '\x93N\x85R.'),
  evilBy(
    'called from BUILD state',
    p.proto(4),
    p.stackGlobal('sklearn.base', 'BaseEstimator'),
    ')\x81}',
    p.text('x'),
    p.payload,
    'sb.',
  ),
  evilBy(
    'argument of a listed class',
    p.proto(4),
    p.stackGlobal('functools', 'partial'),
    p.stackGlobal('os', 'system'),
    '\x85R.',
  ),
  evilBy('in a dict key', p.proto(4), '}', p.payload, 'Ns.'),
  evilBy('in a set', p.proto(4), '\x8f(', p.payload, '\x90.'),
  evilBy('in a frozenset', p.proto(4), '(', p.payload, '\x91.'),
];

/** What breaks or confuses parsers. */
const parsing: readonly Malicious[] = [
  evilBy('no STOP', p.proto(4), p.payload),
  evilBy('unknown opcode behind', p.proto(4), p.payload, '\xff'),
  evilBy('truncated behind', p.proto(4), p.payload, 'X\xff'),
  evilBy('missing memo slot behind', p.proto(4), p.payload, 'h\x63.'),
  evilBy('number as module behind', p.proto(4), p.payload, 'K\x01', p.text('x'), '\x93.'),
  evilBy('STACK_GLOBAL on an empty stack behind', p.proto(4), p.payload, '0\x93.'),
  evilBy('INT in base 0', 'I0x10\n0', p.payload, p.stop),
  evilBy('LONG in base 0', 'L0x10L\n0', p.payload, p.stop),
  evilBy('INT with underscore', 'I1_0\n0', p.payload, p.stop),
  evilBy('INT with space', 'I 0\n0', p.payload, p.stop),
  evilBy('invalid UTF-8 behind', p.proto(4), p.payload, 'X', p.u32(1), '\xff.'),
  evilBy('huge declared length behind', p.proto(4), p.payload, '\x8e', p.u64(2n ** 62n)),
  evilBy('huge FRAME before', p.proto(4), '\x95', p.u64(2n ** 40n), p.payload, p.stop),
  evilBy('two PROTO', p.proto(4), p.proto(0), p.payload, p.stop),
  evilBy('no PROTO', p.payload, p.stop),
  evilBy('second stream', p.proto(4), 'N.', evil),
  evilBy('third stream of protocol 0', p.proto(4), 'N.', p.proto(2), 'N.', 'cos\nsystem\n(tR.'),
  evilBy('FLOAT, BYTEARRAY8, READONLY_BUFFER before', 'F1.5\n0\x96', p.u64(1), 'x\x98', '0', p.payload, p.stop),
  refused(
    'frame straddled by a string',
    'unsafe',
    'pickle/frame-straddle',
    p.proto(4),
    p.frame(3, p.text('osxyz')),
    '0N.',
  ),
  refused(
    'frame straddled by a large payload',
    'unsafe',
    'pickle/frame-straddle',
    p.proto(4),
    p.frame(9, p.data(Buffer.alloc(5000))),
    '0N.',
  ),
  refused(
    'frame straddled by a long line',
    'unsafe',
    'pickle/frame-straddle',
    p.proto(4),
    p.frame(9, `V${'x'.repeat(6000)}\n`),
    '0N.',
  ),
  refused(
    'frame in a frame',
    'inconclusive',
    'pickle/irregular',
    p.proto(4),
    p.frame(40, p.frame(2, 'N.')),
    Buffer.alloc(29),
  ),
  refused('frame longer than the file', 'inconclusive', 'pickle/irregular', p.proto(4), p.frame(100, 'N.')),
  refused('values left on the stack', 'inconclusive', 'pickle/irregular', p.proto(4), 'NNN.'),
  refused('protocol 6', 'inconclusive', 'pickle/malformed', p.proto(6), 'N.'),
  refused('bytes behind STOP', 'inconclusive', 'pickle/trailing-bytes', p.proto(4), 'N.', Buffer.alloc(10)),
  refused('empty stream behind PROTO', 'inconclusive', 'pickle/truncated', p.proto(4)),
  refused('odd SETITEMS', 'inconclusive', 'pickle/malformed', p.proto(4), '}(Nu.'),
  refused('negative LONG4', 'inconclusive', 'pickle/malformed', p.proto(4), '\x8b', p.u32(-1), 'N.'),
  refused('unknown opcode', 'inconclusive', 'pickle/unknown-opcode', p.proto(4), '\x00N.'),
];

/** Uses of listed names that are not what their libraries write. */
const misuse: readonly Malicious[] = [
  refused(
    'BUILD on a class',
    'unsafe',
    'pickle/patch',
    p.proto(4),
    p.stackGlobal('sklearn.base', 'BaseEstimator'),
    'N}',
    p.text('fit'),
    'Ns\x86b.',
  ),
  refused('BUILD on a function', 'unsafe', 'pickle/patch', p.proto(4), p.stackGlobal('numpy', 'log1p'), '}b.'),
  refused(
    'call of a listed function',
    'inconclusive',
    'pickle/unlisted-call',
    p.proto(4),
    p.stackGlobal('sklearn.metrics._classification', 'f1_score'),
    ')R.',
  ),
  refused(
    'call of a result',
    'inconclusive',
    'pickle/unlisted-call',
    p.proto(4),
    p.stackGlobal('functools', 'partial'),
    p.stackGlobal('numpy', 'log1p'),
    '\x85R)R.',
  ),
  refused(
    'getattr on anything',
    'unsafe',
    'pickle/dangerous-call',
    p.proto(4),
    p.stackGlobal('builtins', 'getattr'),
    '}',
    p.text('update'),
    '\x86R.',
  ),
  refused(
    'type with three arguments',
    'unsafe',
    'pickle/dangerous-call',
    p.proto(4),
    p.stackGlobal('builtins', 'type'),
    p.text('X'),
    ')}\x87R.',
  ),
  refused(
    '_reconstructor with another base',
    'inconclusive',
    'pickle/unlisted-call',
    p.global('copy_reg', '_reconstructor'),
    p.global('sklearn.base', 'BaseEstimator'),
    p.global('numpy', 'ndarray'),
    'N\x87R.',
  ),
  refused(
    '_reconstruct that allocates',
    'inconclusive',
    'pickle/unlisted-call',
    p.proto(4),
    p.stackGlobal('numpy.core.multiarray', '_reconstruct'),
    p.stackGlobal('numpy', 'ndarray'),
    'J',
    p.u32(2 ** 30),
    '\x85C\x01b\x87R.',
  ),
  refused(
    'encode with another codec',
    'inconclusive',
    'pickle/unlisted-call',
    p.proto(2),
    p.global('_codecs', 'encode'),
    p.longText('abc'),
    p.longText('rot13'),
    '\x86R.',
  ),
  refused(
    'ufunc by name from elsewhere',
    'inconclusive',
    'pickle/unlisted-call',
    p.proto(4),
    p.stackGlobal('numpy.core', '_ufunc_reconstruct'),
    p.text('os'),
    p.text('system'),
    '\x86R.',
  ),
  refused(
    'program text in the state of a distribution',
    'unsafe',
    'pickle/dangerous-call',
    p.proto(4),
    p.stackGlobal('scipy.stats._continuous_distns', 'norm_gen'),
    ')\x81}',
    p.text('_parse_arg_template'),
    p.text('import os'),
    'sb.',
  ),
  refused(
    'unvetted class',
    'inconclusive',
    'pickle/unlisted-global',
    p.proto(4),
    p.stackGlobal('some_other_pkg', 'do_it'),
    ')\x81.',
  ),
  refused(
    'append to an estimator',
    'inconclusive',
    'pickle/irregular',
    p.proto(4),
    p.stackGlobal('sklearn.base', 'BaseEstimator'),
    ')\x81Na.',
  ),
  refused('persistent id', 'inconclusive', 'pickle/outside', p.proto(4), 'NQ.'),
  refused('persistent id of protocol 0', 'inconclusive', 'pickle/outside', 'Pabc\n.'),
  refused('EXT1', 'inconclusive', 'pickle/outside', p.proto(2), '\x82\x01.'),
  refused('EXT4', 'inconclusive', 'pickle/outside', p.proto(2), '\x84', p.u32(-1), '.'),
  evilBy(
    'EXT with its own registration',
    p.proto(2),
    p.global('copyreg', 'add_extension'),
    p.longText('os'),
    p.longText('system'),
    'K\x01\x87R0\x82\x01.',
  ),
  refused('NEXT_BUFFER', 'inconclusive', 'pickle/outside', p.proto(5), '\x97.'),
];

/** Pickles in payloads. */
const hidden: readonly Malicious[] = [
  refused('in bytes', 'unsafe', 'pickle/nested', p.proto(4), p.data(evil), p.stop),
  refused(
    'in large bytes',
    'unsafe',
    'pickle/nested',
    p.proto(4),
    p.data(p.bytes(p.proto(4), p.payload, '0', p.data(Buffer.alloc(9000)), p.stop)),
    p.stop,
  ),
  refused('in a bytearray', 'unsafe', 'pickle/nested', p.proto(5), '\x96', p.u64(evil.length), evil, p.stop),
  refused('of protocol 0 in text', 'unsafe', 'pickle/nested', p.proto(4), p.text('cos\nsystem\n(tR.'), p.stop),
  refused('in base64', 'unsafe', 'pickle/nested', p.proto(4), p.text(base64(evil).toString()), p.stop),
  refused('truncated in bytes', 'unsafe', 'pickle/nested', p.proto(4), p.data(evil.subarray(0, -1)), p.stop),
  refused(
    'two levels down',
    'unsafe',
    'pickle/nested',
    p.proto(4),
    p.data(p.bytes(p.proto(4), p.data(evil), p.stop)),
    p.stop,
  ),
];

/** Containers that share their parts: 2^(10 * levels) and more when written out. */
function laughs(levels: number): Buffer {
  const parts: Buffer[] = [p.proto(4), p.bytes(']\x94')];
  for (let level = 0; level < levels; level++)
    parts.push(p.bytes('](', Buffer.from(`h${String.fromCharCode(level)}`.repeat(64), 'latin1'), 'e\x94'));
  return p.bytes(...parts, ...Array.from({ length: levels }, () => '\x860'.slice(1)), p.stop);
}

const bombs: readonly Malicious[] = [
  { name: 'memo bomb', content: laughs(9), verdict: 'unsafe', rule: 'pickle/expansion' },
  {
    name: 'DUP bomb',
    content: p.bytes(p.proto(4), 'N', '2\x86'.repeat(60), p.stop),
    verdict: 'unsafe',
    rule: 'pickle/expansion',
  },
];

export const malicious: readonly Malicious[] = [
  ...names.map(byName),
  ...stacking,
  ...parsing,
  ...misuse,
  ...hidden,
  ...bombs,
];
