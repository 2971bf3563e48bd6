import type { Global, Value } from '../values.ts';

/** What a vetted call gives: the class of its result when known, or the result itself, or why the arguments are not what its libraries write. */
export type Vetted = { readonly result: Global | null } | { readonly value: Value } | { readonly problem: string };

/** What a check may ask about the values it sees. */
export interface CheckContext {
  /** Whether the value is a class that the profile may construct. */
  isClass(value: Value): value is Global;
  /** Whether the value is an object of the named module (or of one below it), whose class may be constructed. */
  isInstanceOf(value: Value, module: string): boolean;
  /** What a call inside the call gives. */
  vet(callee: Global, args: Value): Vetted;
}

/** Judges the arguments of a vetted function; `args` is null when they are not a tuple that was kept. */
export type ArgumentCheck = (args: readonly Value[] | null, context: CheckContext) => Vetted;

/**
 * An allow-list: what models of some libraries contain. Names are exact pairs of module and name, separated by spaces. To be
 * listed, a name must have no effect but on the new object itself, whatever the arguments.
 */
export interface Profile {
  readonly id: string;
  /** May be named, constructed and given state. */
  readonly classes: Readonly<Record<string, string>>;
  /** Classes, also listed in `classes`, that behave as containers: `append`, `update`, `__setitem__` only store. */
  readonly containers: Readonly<Record<string, string>>;
  /** May be named (as a parameter of a model), never called while loading. */
  readonly functions: Readonly<Record<string, string>>;
  /** `module name` -> may be called, when its arguments pass. */
  readonly calls: Readonly<Record<string, ArgumentCheck>>;
  /** `module name` of a class -> may be constructed only when its arguments pass. */
  readonly constructors?: Readonly<Record<string, ArgumentCheck>>;
  /** Module -> judges the state that BUILD gives to instances of its classes: null, or what is wrong with it. */
  readonly states?: Readonly<Record<string, (state: Value) => string | null>>;
}
