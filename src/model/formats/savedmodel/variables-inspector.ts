import { printable } from '../../../printable.ts';
import type { Message } from '../../protobuf/message.ts';
import { ProtobufReader } from '../../protobuf/reader.ts';
import type { TensorFacts } from '../../tensors.ts';
import type { Inspected, InspectContext, Inspector, Reference } from '../format.ts';
import { dataType } from './data-types.ts';
import { tensorflowSchema } from './schema.ts';
import { readTable, TableError, type TableEntry } from './table.ts';

/** Largest index that is held in memory. Bytes. */
const maxBytes = 64 * 1024 * 1024;

/** Checks an index of variables. */
export function inspectVariablesIndex(context: InspectContext): Inspector {
  return new IndexInspector(context);
}

class IndexInspector implements Inspector {
  private readonly context: InspectContext;
  private chunks: Buffer[] = [];
  private bytes = 0;

  constructor(context: InspectContext) {
    this.context = context;
  }

  write(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > maxBytes) this.chunks = [];
    else this.chunks.push(Buffer.from(chunk));
  }

  end(): Inspected {
    const { findings, head } = this.context;
    if (this.bytes > maxBytes) {
      findings.add('content/memory', null, `The index has ${this.bytes} bytes.`);
      return { format: 'tensorflow-index', facts: {} };
    }
    try {
      return judge(readTable(Buffer.concat(this.chunks)), head.name, this.context);
    } catch (error) {
      if (!(error instanceof TableError)) throw error;
      findings.add('savedmodel/index', error.offset, `The index ${error.message}.`);
      return { format: 'tensorflow-index', facts: {} };
    }
  }
}

function judge(entries: readonly TableEntry[], name: string, context: InspectContext): Inspected {
  const { findings } = context;
  const [first, ...rest] = entries;
  const header = first?.key.length === 0 ? parse('BundleHeaderProto', first, context) : null;
  const shards = header?.number('num_shards') ?? 0;
  if (header === null || shards < 1 || shards > 99_999) {
    findings.add('savedmodel/index', 0, 'The index has no header, or one without data files.');
    return { format: 'tensorflow-index', facts: {} };
  }
  if (header.number('endianness') !== 0) findings.add('savedmodel/index', 0, 'The data is big-endian.');
  const tensors: TensorFacts[] = [];
  const references: Reference[] = [];
  for (const entry of rest) {
    const user = `variable "${printable(entry.key.toString('utf8'))}"`;
    const bundle = parse('BundleEntryProto', entry, context);
    const problem = bundle === null ? null : entryProblem(bundle, shards, entry, tensors);
    if (problem !== null) findings.add('savedmodel/index', entry.offset, `The ${user} ${problem}.`);
    if (bundle === null || problem !== null || bundle.has('slices')) continue;
    const shard = String(bundle.number('shard_id')).padStart(5, '0');
    const path = `${name.replace(/\.index$/, '')}.data-${shard}-of-${String(shards).padStart(5, '0')}`;
    references.push({
      path,
      offset: bundle.number('offset'),
      length: bundle.number('size'),
      user,
      kind: 'tensor-bundle',
    });
  }
  return {
    format: 'tensorflow-index',
    facts: { tensors: tensors.length, parameters: tensors.reduce((sum, { elements }) => sum + elements, 0), shards },
    tensors,
    references,
  };
}

function parse(type: string, { value }: TableEntry, { findings }: InspectContext): Message | null {
  const reader = new ProtobufReader(tensorflowSchema, type, findings);
  reader.write(value);
  return reader.end();
}

/** Checks an entry and adds its tensor; null when it is right. */
function entryProblem(bundle: Message, shards: number, { key }: TableEntry, tensors: TensorFacts[]): string | null {
  const type = dataType(bundle.number('dtype'));
  if (type === null || ['RESOURCE', 'VARIANT'].includes(type.table)) return `has the type ${bundle.number('dtype')}`;
  const dims = (bundle.message('shape')?.messages('dim') ?? []).map((dim) => dim.number('size'));
  const elements = dims.reduce((product, length) => product * length, 1);
  if (dims.some((length) => length < 0) || !Number.isSafeInteger(elements)) return `has the shape [${dims.join(', ')}]`;
  const place = placeProblem(bundle, shards);
  if (place !== null) return place;
  const size = bundle.number('size');
  // A variable that is stored in slices has an entry for each of them.
  if (bundle.has('slices')) return null;
  if (type.bytes !== null && size !== elements * type.bytes) {
    return `has ${size} bytes, but ${type.word} with the shape [${dims.join(', ')}] needs ${elements * type.bytes}`;
  }
  if (type.bytes === null && size < elements) return `has ${elements} texts in ${size} bytes`;
  const name = key.toString('utf8');
  if (type.bytes !== null) tensors.push({ name, dtype: type.table, elements, bytes: size });
  return null;
}

function placeProblem(bundle: Message, shards: number): string | null {
  const [shard, offset, size] = [bundle.number('shard_id'), bundle.number('offset'), bundle.number('size')];
  const inside = shard >= 0 && shard < shards && offset >= 0 && size >= 0 && Number.isSafeInteger(offset + size);
  return inside ? null : `is at byte ${offset} of data file ${shard} of ${shards}`;
}
