import { Findings } from '../findings.ts';
import { Judge, type ArrayReader } from './judge.ts';
import { Machine } from './machine.ts';
import type { Consumer } from './payload.ts';
import { shapeOf } from './profiles/numpy.ts';
import type { Rulings } from './rulings.ts';
import { Container, Global, Instance, something, Tuple, type Value } from './values.ts';

const wrapper = 'joblib.numpy_pickle.NumpyArrayWrapper';

/** Counts the arrays of a file and their bytes. */
export interface ArrayCount {
  arrays: number;
  bytes: number;
}

/**
 * joblib writes an array as a small object whose raw bytes follow in the file, after padding. `joblib.load` takes them out; a plain
 * `pickle.load` reads them as opcodes. Both readings are taken.
 */
export function joblibArrays(rulings: Rulings, count: ArrayCount): ArrayReader {
  return (target, machine, judge) => {
    if (target.type?.path !== wrapper || !(target.state instanceof Container)) return null;
    const { state } = target;
    const dtype = state.entry('dtype');
    const element = dtype instanceof Instance ? elementOf(dtype) : null;
    const shape = shapeOf(state.entry('shape'));
    if (element === null || shape === null || state.dropped) {
      machine.fail('joblib/array', 'The size of an array cannot be told from its shape and type.');
      return null;
    }
    count.arrays++;
    const done = (array: Value) => {
      machine.stack[machine.stack.length - 1] = array;
    };
    if (element === 'object') {
      return new ObjectArray(new Machine(judge, { offset: machine.at + 1, room: machine.room }), machine, done);
    }
    const items = shape.reduce((product, size) => product * size, 1);
    const bytes = items * element;
    if (!Number.isSafeInteger(bytes)) {
      machine.fail('joblib/array', `An array claims to have ${items} elements.`);
      return null;
    }
    count.bytes += bytes;
    const aligned = typeof state.entry('numpy_array_alignment_bytes') === 'number';
    const array = new Instance(arrayType(state.entry('subclass')), something);
    // The state that NumPy gives to an array, without its bytes.
    array.state = new Tuple([1, new Tuple(shape), dtype as Instance, false, something]);
    machine.made += 2;
    return new RawArray(bytes, aligned, new SecondReading(machine, rulings, judge.findings), () => done(array));
  };
}

function arrayType(subclass: Value | undefined): Global {
  return subclass instanceof Global ? subclass : new Global('numpy', 'ndarray');
}

const letters = 'biufcSVmM';

/** Bytes of one element of a `numpy.dtype(...)`, `object` when elements are Python objects, null when it cannot be told. */
function elementOf(dtype: Instance): number | 'object' | null {
  if (dtype.type?.path !== 'numpy.dtype' || !(dtype.args instanceof Tuple)) return null;
  const code = dtype.args.items?.[0];
  const [, letter = '', digits = ''] = typeof code === 'string' ? (/^[<>=|]?([a-zA-Z?])(\d*)$/.exec(code) ?? []) : [];
  if (letter === 'O') return 'object';
  if (letter === '?' && digits === '') return 1;
  const size = Number(digits);
  if (digits === '' || digits.length > 9) return null;
  if (letter === 'U') return 4 * size;
  if (!letters.includes(letter)) return null;
  return letter === 'V' && hasObjects(dtype.state) ? 'object' : size;
}

/** Whether the state of a structured dtype says that fields are Python objects: bit 0 of its flags. */
function hasObjects(state: Value | undefined): boolean {
  if (!(state instanceof Tuple)) return false;
  const flags = state.items?.[7];
  return typeof flags !== 'number' || (flags & 1) === 1;
}

/** The raw bytes of an array: a padding length, padding, data. */
class RawArray implements Consumer {
  readonly title: string;
  private remaining: number;
  private padding: number | null;
  private readonly second: SecondReading;
  private readonly finished: () => void;

  constructor(bytes: number, aligned: boolean, second: SecondReading, finished: () => void) {
    this.title = `the ${bytes} bytes of an array`;
    this.remaining = bytes;
    this.padding = aligned ? null : 0;
    this.second = second;
    this.finished = finished;
  }

  get done(): boolean {
    return this.padding !== null && this.remaining === 0;
  }

  take(buffer: Buffer, from: number): number {
    let taken = 0;
    if (this.padding === null) {
      this.padding = buffer[from] ?? 0;
      this.remaining += this.padding;
      taken = 1;
    }
    const data = Math.min(this.remaining, buffer.length - from - taken);
    this.remaining -= data;
    this.second.read(buffer.subarray(from, from + taken + data));
    return taken + data;
  }

  finish(): void {
    this.second.end();
    this.finished();
  }
}

/** An array of Python objects: another pickle stream inside the first, which joblib loads. */
class ObjectArray implements Consumer {
  readonly title = 'an array of Python objects';
  done = false;
  private readonly inner: Machine;
  private readonly outer: Machine;
  private readonly finished: (array: Value) => void;

  constructor(inner: Machine, outer: Machine, finished: (array: Value) => void) {
    this.inner = inner;
    this.outer = outer;
    this.finished = finished;
  }

  take(buffer: Buffer, from: number): number {
    const rest = this.inner.feed(buffer.subarray(from));
    if (this.inner.state === 'failed') this.outer.state = 'failed';
    this.done = this.inner.state === 'stopped';
    return buffer.length - from - rest;
  }

  finish(): void {
    this.outer.count += this.inner.count;
    // joblib puts whatever comes out of it into the place of the array.
    this.outer.made += this.inner.made;
    this.finished(this.inner.result);
  }
}

/** What `pickle.load` would make of array bytes: it goes on reading them as opcodes, from the state that it has then. */
class SecondReading {
  private readonly machine: Machine;
  private readonly judge: Judge;
  private readonly findings: Findings;
  private readonly offset: number;

  constructor(first: Machine, rulings: Rulings, findings: Findings) {
    this.judge = new Judge(new Findings(), rulings, () => null, null);
    this.offset = first.at + 1;
    this.machine = new Machine(this.judge, { offset: this.offset, from: first });
    this.findings = findings;
  }

  read(bytes: Buffer): void {
    if (this.machine.state === 'running') this.machine.feed(bytes);
  }

  end(): void {
    if (!this.judge.refused) return;
    this.findings.add(
      'joblib/second-reading',
      this.offset,
      `The bytes of an array are opcodes at the same time, and name ${this.judge.globals.join(', ')}.`,
    );
  }
}
