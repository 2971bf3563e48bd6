/** Import names that come with a loader's requirements (requirements-*.txt), besides those of the loader itself. */
const beside: Readonly<Record<string, readonly string[]>> = {
  sklearn: ['sklearn', 'numpy', 'scipy', 'joblib', 'threadpoolctl', 'cloudpickle', 'narwhals'],
  catboost: ['pandas', 'matplotlib', 'plotly', 'graphviz', 'six'],
};

/**
 * Modules of Python itself and names that compatibility tables of the unpickler resolve: first parts of globals that every Python has.
 * Whatever else is no package of the requirements is missing for sure.
 */
const standard: ReadonlySet<string> = new Set(
  (
    'abc array builtins calendar codecs collections contextlib copy copy_reg copyreg dataclasses datetime decimal enum fractions ' +
    'functools io ipaddress itertools logging math numbers operator pathlib random re statistics string time types typing uuid ' +
    'warnings weakref zoneinfo'
  ).split(' '),
);

/**
 * Packages that a pickle names and that the default requirements do not install.
 * @param globals full names that the pickle imports
 * @param modules import names of the loaders whose requirements are installed
 * @returns first parts of module names, sorted
 */
export function missingPackages(globals: readonly string[], modules: readonly string[]): string[] {
  const installed = new Set([...modules, ...modules.flatMap((name) => beside[name] ?? [])]);
  const named = new Set(globals.map((name) => name.split('.')[0] ?? ''));
  // Modules of C code name themselves without their package: `_loss` is scikit-learn's.
  return [...named].filter((name) => !name.startsWith('_') && !standard.has(name) && !installed.has(name)).sort();
}
