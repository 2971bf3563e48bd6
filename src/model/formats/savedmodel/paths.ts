import { printable } from '../../../printable.ts';
import type { GraphFunction, GraphNode } from './nodes.ts';

/** Inputs of operators that are names of files, which the saver of the model gives. */
const saverInputs: Readonly<Record<string, readonly number[]>> = {
  SaveV2: [0],
  Save: [0],
  SaveSlices: [0],
  RestoreV2: [0],
  Restore: [0],
  RestoreSlice: [0],
  MergeV2Checkpoints: [0, 1],
};
/** The same for files that come with the model. */
const assetInputs: Readonly<Record<string, readonly number[]>> = {
  InitializeTableFromTextFile: [1],
  InitializeTableFromTextFileV2: [1],
};

/** Nodes behind each other that a path may come through. */
const maxSteps = 64;

/** Where the loader puts paths into the main graph. */
export interface Sources {
  /** Node that is fed with the place of the variables, by the loader alone. */
  readonly saver: ReadonlySet<string>;
  /** Nodes that are fed with files of the folder `assets`. */
  readonly assets: ReadonlySet<string>;
}

export interface PathProblem {
  readonly node: GraphNode;
  readonly message: string;
}

type Kind = 'saver' | 'asset';

/** What a path comes from: arguments of the function, and everything that it must not come from. */
interface Origin {
  readonly arguments: readonly number[];
  readonly problem: string | null;
}

/** Whether the operator takes a name of a file that is traced. */
export function takesPath(operator: string): boolean {
  return Object.hasOwn(saverInputs, operator) || Object.hasOwn(assetInputs, operator);
}

/**
 * Traces every name of a file in the graph back to where it comes from, through functions. Only the loader may give it: a constant, or
 * an input of the model, would let the model (or its clients) choose what is read or written.
 */
export function tracePaths(
  graph: readonly GraphNode[],
  functions: readonly GraphFunction[],
  sources: Sources,
): PathProblem[] {
  const problems = new Map<GraphNode, string>();
  /** Arguments of functions that end as names of files. */
  const sinks = new Map<string, Map<number, Kind>>();
  const bodies = functions.map(
    (body) => new Tracer(body.nodes, body.arguments, { saver: new Set(), assets: new Set() }),
  );
  // Each round goes one call further out; nothing new ends it.
  let found = true;
  for (let round = 0; found; round++) {
    found = false;
    if (round > maxSteps) {
      const [node] = functions.flatMap((body) => body.nodes.slice(0, 1));
      if (node !== undefined)
        problems.set(node, `Functions that open files are called through more than ${maxSteps} others.`);
      break;
    }
    for (const [index, body] of functions.entries()) {
      const tracer = bodies[index];
      if (tracer === undefined) continue;
      for (const [argument, kind] of tracer.sinks(sinks, problems)) {
        const known = sinks.get(body.name) ?? new Map<number, Kind>();
        sinks.set(body.name, known);
        if (known.has(argument)) continue;
        known.set(argument, kind);
        found = true;
      }
    }
  }
  new Tracer(graph, [], sources).sinks(sinks, problems);
  return [...problems].map(([node, message]) => ({ node, message }));
}

class Tracer {
  private readonly nodes: readonly GraphNode[];
  private readonly byName: ReadonlyMap<string, GraphNode>;
  private readonly arguments: ReadonlyMap<string, number>;
  private readonly sources: Sources;
  private readonly origins = new Map<string, Origin>();
  private users: Map<string, GraphNode[]> | null = null;

  constructor(nodes: readonly GraphNode[], names: readonly string[], sources: Sources) {
    this.nodes = nodes;
    this.byName = new Map(nodes.map((node) => [node.name, node]));
    this.arguments = new Map(names.map((name, index) => [name, index]));
    this.sources = sources;
  }

  /** Arguments that end as names of files; adds what ends as one and must not. */
  sinks(known: ReadonlyMap<string, ReadonlyMap<number, Kind>>, problems: Map<GraphNode, string>): [number, Kind][] {
    const found: [number, Kind][] = [];
    for (const node of this.nodes) {
      for (const [index, kind] of this.pathsInto(node, known, problems)) {
        const { arguments: given, problem } = this.origin(node.inputs[index] ?? '', kind, true, 0);
        if (problem !== null)
          problems.set(
            node,
            `The node "${printable(node.name)}" (${printable(node.operator)}) takes a path from ${problem}.`,
          );
        for (const argument of given) found.push([argument, kind]);
      }
    }
    return found;
  }

  private pathsInto(
    node: GraphNode,
    known: ReadonlyMap<string, ReadonlyMap<number, Kind>>,
    problems: Map<GraphNode, string>,
  ): [number, Kind][] {
    const saver = (saverInputs[node.operator] ?? []).map((index): [number, Kind] => [index, 'saver']);
    const assets = (assetInputs[node.operator] ?? []).map((index): [number, Kind] => [index, 'asset']);
    const called = [node.operator, ...node.calls].flatMap((name) => [...(known.get(name) ?? [])]);
    const plain =
      node.operator === 'PartitionedCall' || node.operator === 'StatefulPartitionedCall' || known.has(node.operator);
    if (called.length > 0 && !plain) {
      problems.set(
        node,
        `The node "${printable(node.name)}" (${printable(node.operator)}) calls a function that opens files.`,
      );
      return [];
    }
    return [...saver, ...assets, ...called];
  }

  /** Traces one text; `first` when it is the beginning of the path, and not something behind it. */
  private origin(name: string, kind: Kind, first: boolean, steps: number): Origin {
    const key = `${kind} ${first} ${name}`;
    const known = this.origins.get(key);
    if (known !== undefined) return known;
    const origin = this.trace(name, kind, first, steps);
    this.origins.set(key, origin);
    return origin;
  }

  private trace(name: string, kind: Kind, first: boolean, steps: number): Origin {
    const bad = (problem: string): Origin => ({ arguments: [], problem });
    if (steps > maxSteps) return bad('too far away');
    const argument = this.arguments.get(name);
    if (argument !== undefined) return { arguments: [argument], problem: null };
    const node = this.byName.get(name);
    const fed = kind === 'saver' ? this.sources.saver : this.sources.assets;
    if (node === undefined) return bad(`"${printable(name)}", which is not there`);
    if (fed.has(name)) return this.fed(node, kind);
    switch (node.operator) {
      case 'Const':
        return constant(node, first) ?? { arguments: [], problem: null };
      case 'Identity':
      case 'ShardedFilename':
      case 'ShardedFilespec':
        return this.origin(node.inputs[0] ?? '', kind, first, steps + 1);
      case 'Select':
      case 'SelectV2':
        return this.all(node.inputs.slice(1), kind, () => first, steps);
      case 'Pack':
        return this.all(node.inputs, kind, () => first, steps);
      case 'ConcatV2':
        return this.all(node.inputs.slice(0, -1), kind, () => first, steps);
      case 'StringJoin':
        return this.all(node.inputs, kind, (index) => first && index === 0, steps);
      case 'ReadVariableOp':
        return this.variable(node.inputs[0] ?? '', kind, first, steps);
      default:
        return bad(`the ${printable(node.operator)} "${printable(name)}"`);
    }
  }

  private all(inputs: readonly string[], kind: Kind, first: (index: number) => boolean, steps: number): Origin {
    const origins = inputs.map((input, index) => this.origin(input, kind, first(index), steps + 1));
    return {
      arguments: [...new Set(origins.flatMap((origin) => origin.arguments))],
      problem: origins.find(({ problem }) => problem !== null)?.problem ?? null,
    };
  }

  /** A variable that holds a path and nothing else: it gets it from where a path may come from, and nobody else touches it. */
  private variable(name: string, kind: Kind, first: boolean, steps: number): Origin {
    const users = this.usersOf(name);
    const assigned = users.filter(({ operator }) => operator === 'AssignVariableOp');
    const other = users.find(
      ({ operator }) => !['AssignVariableOp', 'ReadVariableOp', 'VarIsInitializedOp'].includes(operator),
    );
    if (this.arguments.has(name) || assigned.length === 0 || other !== undefined) {
      return { arguments: [], problem: `the variable "${printable(name)}"` };
    }
    const values = assigned.map((node) => node.inputs[1] ?? '');
    return this.all(values, kind, () => first, steps);
  }

  private usersOf(name: string): readonly GraphNode[] {
    if (this.users === null) {
      this.users = new Map();
      for (const node of this.nodes) {
        for (const input of new Set(node.inputs)) {
          const list = this.users.get(input);
          if (list === undefined) this.users.set(input, [node]);
          else list.push(node);
        }
      }
    }
    return this.users.get(name) ?? [];
  }

  /** What the loader feeds has a default in graphs of TensorFlow 1, which counts when nothing is fed. */
  private fed(node: GraphNode, kind: Kind): Origin {
    const given = node.operator === 'PlaceholderWithDefault' ? this.byName.get(node.inputs[0] ?? '') : node;
    const texts = given?.operator === 'Const' ? given.texts : [];
    const plain = kind === 'asset' || (texts !== null && texts.every((text) => /^\w*$/.test(text)));
    return {
      arguments: [],
      problem: plain ? null : `a constant with the path "${printable(texts?.[0] ?? 'unknown')}"`,
    };
  }
}

/** Null for a constant that may stand there. */
function constant({ texts }: GraphNode, first: boolean): Origin | null {
  if (texts === null) return { arguments: [], problem: 'a constant that cannot be read' };
  const [wrong] = first ? texts : texts.filter((text) => text.includes('..'));
  return wrong === undefined ? null : { arguments: [], problem: `the constant "${printable(wrong)}"` };
}
