import type { Findings } from '../findings.ts';
import { printable } from '../../printable.ts';
import type { Rulings } from '../pickle/rulings.ts';
import type { Json } from '../strict-json.ts';

/** Protocols whose nodes are known. */
const protocols = [0, 1, 2];
/** Types that are part of the evidence. */
const shownTypes = 1000;

/** What the types of each loader may be: one type, or a module with what is below it. */
const loaders: Readonly<Record<string, readonly string[]>> = {
  BytearrayNode: ['builtins.bytearray'],
  BytesNode: ['builtins.bytes'],
  DTypeNode: ['numpy.'],
  DefaultDictNode: ['collections.defaultdict'],
  DictNode: ['builtins.dict', 'collections.OrderedDict'],
  JsonNode: ['builtins.'],
  ListNode: ['builtins.list'],
  MaskedArrayNode: ['numpy.ma.'],
  NdArrayNode: ['numpy.'],
  PartialNode: ['functools.partial'],
  RandomGeneratorNode: ['numpy.random.'],
  RandomStateNode: ['numpy.random.'],
  SetNode: ['builtins.set', 'builtins.frozenset'],
  SliceNode: ['builtins.slice'],
  SparseMatrixNode: ['scipy.sparse.'],
  TupleNode: ['builtins.tuple'],
};
/** Loaders of objects of any class, of classes, and of functions. */
const objectLoaders = [
  'ObjectNode',
  'ConstructorFromReduceNode',
  'LossNode',
  'QuantileForestNode',
  'ReduceNode',
  'SGDNode',
  'TreeNode',
  'TypeNode',
];
/** Loaders that reach for attributes by a name in the file; no estimator of scikit-learn needs them. */
const reaching: Readonly<Record<string, string>> = { MethodNode: '', OperatorFuncNode: 'operator' };

/** Walks the nodes of a schema. What skops imports is a type; what loads it decides what happens with it. */
export class SchemaCheck {
  /** Members that nodes refer to. */
  readonly files = new Set<string>();
  private readonly findings: Findings;
  private readonly rulings: Rulings;
  private readonly seen = new Set<string>();
  private readonly paths = new Set<string>();

  constructor(findings: Findings, rulings: Rulings) {
    this.findings = findings;
    this.rulings = rulings;
  }

  /** Every type that the schema names, sorted. */
  get types(): readonly string[] {
    return [...this.paths].toSorted().slice(0, shownTypes);
  }

  tree(root: Json): void {
    if (!(root instanceof Map) || !root.has('__loader__')) {
      this.findings.add('skops/schema', null, 'The schema does not begin with a node.');
      return;
    }
    const protocol = (root as ReadonlyMap<string, Json>).get('protocol') ?? 0;
    if (typeof protocol !== 'number' || !protocols.includes(protocol)) {
      this.findings.add('skops/schema', null, 'The protocol of the schema is not known.');
    }
    const waiting: Json[] = [root];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (Array.isArray(next)) {
        for (const item of next as readonly Json[]) waiting.push(item);
      } else if (next instanceof Map) {
        const entries: ReadonlyMap<string, Json> = next;
        if (['__loader__', '__class__', '__module__'].some((key) => entries.has(key))) this.node(entries);
        for (const item of entries.values()) if (typeof item === 'object' && item !== null) waiting.push(item);
      }
    }
  }

  private node(node: ReadonlyMap<string, Json>): void {
    const [loader, type, module] = ['__loader__', '__class__', '__module__'].map((key) => node.get(key));
    if (typeof loader !== 'string' || typeof type !== 'string' || typeof module !== 'string') {
      this.once('skops/schema', 'A node has no loader, class and module.');
      return;
    }
    const file = node.get('file');
    if (typeof file === 'string') this.files.add(file);
    const path = `${module}.${type}`;
    this.paths.add(printable(path));
    const key = `${loader}\n${path}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.judge(loader, module, type);
  }

  private judge(loader: string, module: string, type: string): void {
    const path = `${module}.${type}`;
    const shown = printable(path);
    const ruling = this.rulings.of(module, type);
    if (ruling.kind === 'dangerous') {
      this.once('skops/dangerous-type', `${loader} names ${shown}, which ${ruling.does}.`);
      return;
    }
    const reach = reaching[loader];
    if (reach !== undefined) {
      if (reach !== '' && module !== reach)
        this.once('skops/loader', `${loader} is for functions of ${reach}, but names ${shown}.`);
      else this.once('skops/unlisted-type', `${loader} reaches for an attribute of ${shown} by a name in the file.`);
      return;
    }
    const own = loaders[loader];
    if (own !== undefined && !own.some((one) => path === one || (one.endsWith('.') && path.startsWith(one)))) {
      this.once('skops/loader', `${printable(loader)} does not load ${shown}.`);
    } else if (own === undefined && loader !== 'FunctionNode' && !objectLoaders.includes(loader)) {
      this.once('skops/schema', `The loader ${printable(loader)} is not known.`);
    } else if (
      ruling.kind === 'unlisted' ||
      ruling.kind === 'call' ||
      (ruling.kind === 'project' && ruling.expired !== null)
    ) {
      // Containers and plain data are loaded by skops itself, and dtypes are many.
      if (own === undefined || own.some((one) => one.endsWith('.'))) {
        this.once('skops/unlisted-type', `${loader} names ${shown}, which is on no allow-list.`);
      }
    } else if (ruling.kind === 'function' && loader !== 'FunctionNode' && loader !== 'TypeNode') {
      this.once('skops/loader', `${loader} is for classes, but ${shown} is a function.`);
    }
  }

  private once(
    rule: 'skops/schema' | 'skops/loader' | 'skops/dangerous-type' | 'skops/unlisted-type',
    what: string,
  ): void {
    const key = `${rule}\n${what}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.findings.add(rule, null, what);
  }
}
