import { Machine } from '../../../../src/model/pickle/machine.ts';
import type { CallOpcode, Observer } from '../../../../src/model/pickle/observer.ts';
import { Global, Instance, Persistent, type Value } from '../../../../src/model/pickle/values.ts';

/** What our machine makes of a pickle. */
export interface Reading {
  readonly state: Machine['state'];
  /** `module\nname`, as written. */
  readonly globals: ReadonlySet<string>;
  /** Rules of what was reported about the bytes; `use` where an operation is not what picklers write. */
  readonly flags: readonly string[];
}

/** Records; allows everything that CPython does to the stand-ins of the oracle. */
class Recorder implements Observer {
  readonly globals = new Set<string>();
  readonly flags: string[] = [];

  global(module: string, name: string): Global {
    // As the oracle writes lone surrogates.
    this.globals.add(`${module}\n${name}`.replaceAll(/\p{Cs}/gu, '\u{fffd}\u{fffd}\u{fffd}'));
    if (module === '' || name === '') this.flags.push('use');
    return new Global(module, name);
  }

  call(_opcode: CallOpcode, callee: Value, args: Value): Value {
    if (callee instanceof Global) return new Instance(callee, args);
    this.flags.push('use');
    return new Instance(null, args);
  }

  persistent(id: Value): Value {
    this.flags.push('pickle/outside');
    return new Persistent(id);
  }

  build(target: Value): void {
    if (!(target instanceof Instance)) this.flags.push('use');
  }

  change(target: Value): void {
    if (!(target instanceof Instance)) this.flags.push('use');
  }

  built(): null {
    return null;
  }

  payload(): null {
    return null;
  }

  problem(rule: string): void {
    this.flags.push(rule);
  }
}

/** Runs the first stream of the content in our machine, cut at `cut`; arguments longer than `wholeBytes` stream past. */
export function read(content: Buffer, cut: number, wholeBytes: number): Reading {
  const recorder = new Recorder();
  const machine = new Machine(recorder, { wholeBytes });
  machine.feed(content.subarray(0, cut));
  if (machine.state === 'running') machine.feed(content.subarray(cut));
  else machine.second?.feed(content.subarray(cut));
  machine.end();
  return { state: machine.state, globals: recorder.globals, flags: recorder.flags };
}
