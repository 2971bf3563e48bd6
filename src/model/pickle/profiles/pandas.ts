import { Global, Instance, Tuple, type Value } from '../values.ts';
import type { ArgumentCheck, CheckContext, Profile, Vetted } from './profile.ts';
import { newOf } from './python.ts';

const offsets =
  'BusinessDay BusinessHour BusinessMonthBegin BusinessMonthEnd BYearBegin BYearEnd BQuarterBegin BQuarterEnd CustomBusinessDay ' +
  'CustomBusinessHour CustomBusinessMonthBegin CustomBusinessMonthEnd DateOffset Day Easter FY5253 FY5253Quarter Hour ' +
  'LastWeekOfMonth Micro Milli Minute MonthBegin MonthEnd Nano QuarterBegin QuarterEnd Second SemiMonthBegin SemiMonthEnd ' +
  'Week WeekOfMonth YearBegin YearEnd';
const integers = 'Int16Dtype Int32Dtype Int64Dtype Int8Dtype UInt16Dtype UInt32Dtype UInt64Dtype UInt8Dtype';
const floats = 'Float32Dtype Float64Dtype';
const indexes = 'CategoricalIndex DatetimeIndex Index IntervalIndex MultiIndex PeriodIndex RangeIndex TimedeltaIndex';

/** pandas 0.25 to 3: frames, series, indexes and their types; time zones. */
export const pandas: Profile = {
  id: 'pandas',
  classes: {
    pandas:
      `BooleanDtype Categorical CategoricalDtype DataFrame DatetimeTZDtype Interval IntervalDtype Period PeriodDtype Series ` +
      `SparseDtype StringDtype Timedelta Timestamp ${integers} ${floats} ${indexes}`,
    'pandas.arrays':
      'BooleanArray DatetimeArray FloatingArray IntegerArray IntervalArray NumpyExtensionArray PeriodArray SparseArray StringArray TimedeltaArray',
    'pandas._libs.arrays': 'NDArrayBacked',
    'pandas._libs.internals': 'BlockPlacement',
    'pandas._libs.interval': 'Interval',
    'pandas._libs.sparse': 'BlockIndex IntIndex',
    'pandas._libs.tslibs.offsets': offsets,
    'pandas._libs.tslibs.period': 'Period',
    'pandas._libs.tslibs.timedeltas': 'Timedelta',
    'pandas._libs.tslibs.timestamps': 'Timestamp',
    'pandas.tseries.offsets': offsets,
    'pandas.core.arrays.boolean': 'BooleanArray BooleanDtype',
    'pandas.core.arrays.categorical': 'Categorical',
    'pandas.core.arrays.datetimes': 'DatetimeArray',
    'pandas.core.arrays.floating': `FloatingArray ${floats}`,
    'pandas.core.arrays.integer': `IntegerArray ${integers}`,
    'pandas.core.arrays.interval': 'IntervalArray',
    'pandas.core.arrays.numpy_': 'NumpyExtensionArray PandasArray PandasDtype',
    'pandas.core.arrays.period': 'PeriodArray',
    'pandas.core.arrays.sparse.array': 'SparseArray',
    'pandas.core.arrays.sparse.dtype': 'SparseDtype',
    'pandas.core.arrays.string_': 'StringArray StringDtype',
    'pandas.core.arrays.timedeltas': 'TimedeltaArray',
    'pandas.core.dtypes.dtypes':
      'CategoricalDtype DatetimeTZDtype IntervalDtype NumpyEADtype PandasDtype PeriodDtype SparseDtype',
    'pandas.core.frame': 'DataFrame',
    'pandas.core.indexes.base': 'Index',
    'pandas.core.indexes.category': 'CategoricalIndex',
    'pandas.core.indexes.datetimes': 'DatetimeIndex',
    'pandas.core.indexes.frozen': 'FrozenList',
    'pandas.core.indexes.interval': 'IntervalIndex',
    'pandas.core.indexes.multi': 'MultiIndex',
    'pandas.core.indexes.numeric': 'Float64Index Int64Index UInt64Index',
    'pandas.core.indexes.period': 'PeriodIndex',
    'pandas.core.indexes.range': 'RangeIndex',
    'pandas.core.indexes.timedeltas': 'TimedeltaIndex',
    'pandas.core.internals.managers': 'BlockManager SingleBlockManager',
    'pandas.core.series': 'Series',
    zoneinfo: 'ZoneInfo',
  },
  containers: { 'pandas.core.indexes.frozen': 'FrozenList' },
  constructors: { 'zoneinfo ZoneInfo': zone },
  functions: { 'pandas._libs.missing': 'NA', pandas: 'NA NaT' },
  calls: {
    ...Object.fromEntries(
      ['base _new_Index', 'datetimes _new_DatetimeIndex', 'interval _new_IntervalIndex', 'period _new_PeriodIndex']
        .concat('timedeltas _new_TimedeltaIndex')
        .map((name): [string, ArgumentCheck] => [`pandas.core.indexes.${name}`, newIndex]),
    ),
    'pandas._libs.arrays __pyx_unpickle_NDArrayBacked': newOf,
    'pandas._libs.internals _unpickle_block': plain(3),
    'pandas.core.internals.blocks new_block': plain(3),
    'pandas._libs.missing _get_na': plain(0),
    'pandas._libs.tslibs.nattype __nat_unpickle': plain(1),
    'pandas._libs.tslibs.nattype _nat_unpickle': plain(1),
    'pandas._libs.tslibs.timedeltas _timedelta_unpickle': plain(2),
    'pandas._libs.tslibs.timestamps _unpickle_timestamp': plain(4),
    'pytz _UTC': plain(0),
    'pytz _p': zone,
    'zoneinfo ZoneInfo._unpickle': zone,
  },
};

/** Makes plain data of plain data. */
function plain(most: number): ArgumentCheck {
  return (args) => (args !== null && args.length <= most ? { result: null } : { problem: 'is not what pandas writes' });
}

/** `cls.__new__(cls, **state)` of an index. */
function newIndex(args: readonly Value[] | null, context: CheckContext): Vetted {
  const [type] = args ?? [];
  const index = type instanceof Global && context.isClass(type) && /^pandas(\.core\.indexes\.\w+)?$/.test(type.module);
  return args?.length === 2 && index ? { result: type } : { problem: 'does not name an index of pandas' };
}

/** A time zone by name; the name is a path below the folder of time zones. */
function zone(args: readonly Value[] | null): Vetted {
  const [name] = args ?? [];
  const known = typeof name === 'string' && /^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*$/.test(name);
  const simple = args?.every((value) => !(value instanceof Instance) && !(value instanceof Tuple)) === true;
  return known && simple ? { result: null } : { problem: 'does not name a time zone' };
}
