/** What a name is known to do to the machine that loads a pickle with it. */
interface Knowledge {
  /** Completes the sentence "os.system ...". */
  readonly does: string;
  /** Modules of which every name counts, submodules included. */
  readonly modules?: string;
  /** Single names by module. */
  readonly names?: Readonly<Record<string, string>>;
}

/**
 * Names that attacks use. This only decides between "unsafe" and "inconclusive" and words the finding: what is in no allow-list is
 * refused in any case, so a gap here never makes a file clean.
 */
const knowledge: readonly Knowledge[] = [
  {
    does: 'runs programs',
    modules:
      'subprocess _posixsubprocess pty commands popen2 pexpect sh multiprocessing asyncio concurrent _osx_support _aix_support ' +
      'fabric invoke distutils.spawn test.support webbrowser mailcap',
    names: {
      os:
        'system popen popen2 popen3 popen4 execl execle execlp execlpe execv execve execvp execvpe spawnl spawnle spawnlp spawnlpe ' +
        'spawnv spawnve spawnvp spawnvpe posix_spawn posix_spawnp startfile fork forkpty',
      posix: 'system popen execv execve posix_spawn posix_spawnp fork forkpty',
      nt: 'system popen execv execve spawnv spawnve startfile',
      _winapi: 'CreateProcess',
      uuid: '_get_command_stdout _popen',
      platform: 'popen _syscmd_ver',
      imaplib: 'IMAP4_stream',
    },
  },
  {
    does: 'makes functions and classes of program code that is in the file, as cloudpickle and dill do with what is not in a module',
    modules: 'cloudpickle dill',
  },
  {
    does: "runs code of the attacker's choice",
    modules:
      'code codeop runpy timeit profile cProfile pdb bdb trace doctest idlelib lib2to3 marshal importlib _frozen_importlib ' +
      '_frozen_importlib_external imp zipimport pkgutil ensurepip pip setuptools site pydoc py_compile compileall _pyrepl ctypes ' +
      '_ctypes cffi _cffi_backend asteval simpleeval _interpreters _xxsubinterpreters IPython jinja2 mlflow ' +
      'distutils venv ast antigravity this hypothesis pytest _pytest unittest torch.hub torch._inductor torch.utils.bottleneck ' +
      'torch.utils.collect_env torch.utils._config_module torch._dynamo torch.jit torch.fx numpy.testing numpy.f2py numpy.distutils',
    names: {
      builtins: 'eval exec compile execfile __import__ breakpoint help',
      types: 'FunctionType LambdaType CodeType MethodType ModuleType new_class coroutine',
      functools: 'reduce',
      pandas: 'eval',
      'pandas.core.computation.eval': 'eval',
      sys: 'settrace setprofile call_tracing',
      'logging.config': 'listen dictConfig fileConfig',
    },
  },
  {
    does: 'reaches into objects and modules, and so to any function',
    modules: 'inspect gc operator _operator',
    names: {
      builtins:
        'getattr setattr delattr vars globals locals super type map filter iter next property classmethod staticmethod',
      copyreg: 'add_extension remove_extension pickle constructor clear_extension_cache',
      sys: 'modules _getframe',
      types: 'SimpleNamespace GenericAlias DynamicClassAttribute',
      functools: 'partialmethod singledispatch',
    },
  },
  {
    does: 'loads another file or pickle, which is not checked here',
    modules: 'pickle _pickle cPickle shelve dbm',
    names: {
      joblib: 'load',
      'joblib.numpy_pickle': 'load _unpickle NDArrayWrapper ZNDArrayWrapper NumpyUnpickler',
      'joblib.numpy_pickle_compat': 'NDArrayWrapper ZNDArrayWrapper load_compatibility',
      numpy: 'load loads',
      'numpy.lib.npyio': 'load NpzFile DataSource',
      'numpy.lib._npyio_impl': 'load NpzFile DataSource',
      torch: 'load',
      'torch.serialization': 'load',
      pandas: 'read_pickle',
    },
  },
  {
    does: 'reads, writes or deletes files',
    modules:
      'os posix nt io _io shutil tempfile fileinput mailbox wave gzip bz2 lzma tarfile zipfile linecache posixpath ntpath glob ' +
      'sqlite3 _sqlite3 netrc mmap fcntl',
    names: {
      builtins: 'open input print',
      codecs: 'open',
      numpy: 'fromfile memmap save savez savez_compressed savetxt loadtxt genfromtxt fromregex DataSource',
      logging: 'FileHandler',
      'logging.handlers': 'RotatingFileHandler TimedRotatingFileHandler WatchedFileHandler',
      pandas:
        'read_csv read_table read_json read_html read_xml read_excel read_hdf read_parquet read_sql HDFStore ExcelWriter',
      'distutils.file_util': 'write_file copy_file move_file',
      'scipy.io': 'loadmat savemat',
    },
  },
  {
    does: 'talks to the network',
    modules:
      'socket _socket ssl _ssl urllib urllib2 urllib3 http httplib ftplib smtplib telnetlib poplib imaplib nntplib xmlrpc socketserver ' +
      'requests httpx aiohttp paramiko boto3 botocore google.cloud azure huggingface_hub sklearn.datasets select selectors',
  },
  {
    does: 'changes or ends the process that loads it',
    modules: 'signal _signal atexit threading _thread faulthandler resource sys',
    names: { builtins: 'exit quit' },
  },
  {
    does: 'belongs to a scanner of pickles, which it could switch off',
    modules: 'fickling picklescan modelscan modelaudit',
  },
];

const wholeModules = new Map<string, string>();
const singleNames = new Map<string, string>();
for (const { does, modules, names } of knowledge) {
  for (const module of modules?.split(' ') ?? []) if (!wholeModules.has(module)) wholeModules.set(module, does);
  for (const [module, list] of Object.entries(names ?? {})) {
    for (const name of list.split(' '))
      if (!singleNames.has(`${module}.${name}`)) singleNames.set(`${module}.${name}`, does);
  }
}

/** What the global is known to do, completing "module.name ..."; null when nothing is known about it. */
export function knownDanger(module: string, name: string): string | null {
  const path = [...module.split('.'), ...name.split('.')];
  if (name.split('.').some((part) => /^__\w+__$/.test(part) && part !== '__new__')) {
    return singleNames.get(`${module}.${name}`) ?? 'reaches into the interpreter, and so to any function';
  }
  const direct = lookUp(path, 0);
  if (direct !== null) return direct;
  // `pathlib` + `os.system`: attributes of modules lead to other modules.
  const attributes = name.split('.').length;
  for (let start = path.length - attributes; start < path.length - 1; start++) {
    const reached = lookUp(path, start);
    if (reached !== null) return reached;
  }
  return null;
}

function lookUp(path: readonly string[], start: number): string | null {
  const single = singleNames.get(path.slice(start).join('.'));
  if (single !== undefined) return single;
  for (let end = path.length - 1; end > start; end--) {
    const does = wholeModules.get(path.slice(start, end).join('.'));
    if (does !== undefined) return does;
  }
  return null;
}
