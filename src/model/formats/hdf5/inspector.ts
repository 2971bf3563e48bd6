import { printable } from '../../../printable.ts';
import type { Pages } from '../../pages.ts';
import type { TensorFacts } from '../../tensors.ts';
import type { Inspected, InspectContext, Inspector } from '../format.ts';
import { checkKerasConfig, type KerasConfig } from '../keras/configuration.ts';
import { RandomAccessInspector } from '../random-access.ts';
import { readAttribute } from './attributes.ts';
import { Hdf5Error } from './bytes.ts';
import { readDataset, type Dataset, type Extent } from './datasets.ts';
import { isDense, readLink, readSymbolTable, type Link } from './groups.ts';
import { readHeader, type HeaderMessage } from './object-header.ts';
import { readSuperblock } from './superblock.ts';

/** Checks an HDF5 file, and the Keras configuration in it. */
export function inspectHdf5(context: InspectContext): Inspector {
  return new RandomAccessInspector(context, judge, (message, offset) => {
    if (message !== '') context.findings.add('hdf5/structure', offset, `${message}.`);
    return { format: 'hdf5', facts: {} };
  });
}

const maxObjects = 100_000;
const maxDepth = 64;
/** Memory that data may take that is not in the file, and how many times larger than in the file it may be beyond that. */
const freeBytes = 1024 * 1024 * 1024;
const maxRatio = 200;
/** Filters that are part of HDF5: deflate, shuffle, checksum, szip, n-bit, scale and offset. */
const plainFilters = 6;
/** Attributes that hold configurations of Keras. */
const configurations = ['model_config', 'training_config'];

/** What each message that is not read says: nothing that matters for what a file is. */
const harmless = [0x00, 0x04, 0x05, 0x09, 0x0a, 0x0d, 0x0e, 0x10, 0x12, 0x13, 0x16];

class Hdf5Reader {
  readonly pages: Pages;
  readonly context: InspectContext;
  readonly tensors: TensorFacts[] = [];
  readonly extents: (Extent & { readonly name: string })[] = [];
  readonly texts = new Map<string, string>();
  keras: KerasConfig | null = null;
  groups = 0;
  datasets = 0;
  private readonly base: number;
  private readonly seen = new Set<number>();

  constructor(pages: Pages, context: InspectContext, base: number) {
    this.pages = pages;
    this.context = context;
    this.base = base;
  }

  /** Reads an object and everything below it. */
  async object(address: number, path: string, depth: number): Promise<void> {
    if (this.seen.has(address)) {
      this.context.findings.add('hdf5/link', address, `The object "${printable(path)}" has another name too.`);
      return;
    }
    this.seen.add(address);
    if (this.seen.size > maxObjects || depth > maxDepth) {
      throw new Hdf5Error(
        'unknown',
        `There are more than ${maxObjects} objects, or more than ${maxDepth} levels`,
        address,
      );
    }
    const messages = await readHeader(this.pages, address);
    const links: Link[] = [];
    for (const message of messages) await this.message(message, path, links);
    if (messages.some(({ type }) => type === 0x08)) await this.dataset(messages, path);
    else this.groups++;
    for (const link of links) await this.link(link, path, depth);
  }

  private async message(message: HeaderMessage, path: string, links: Link[]): Promise<void> {
    const { findings } = this.context;
    const { type, offset } = message;
    switch (type) {
      case 0x01:
      case 0x03:
      case 0x08:
      case 0x0b:
        // Of a dataset, which needs them together.
        return;
      case 0x02:
      case 0x15:
        if (isDense(message))
          throw new Hdf5Error('unknown', 'A group or its attributes stand in a heap of their own', offset);
        return;
      case 0x06:
        links.push(readLink(message, this.base));
        return;
      case 0x07:
        findings.add('hdf5/external', offset, `The data of "${printable(path)}" is in another file.`);
        return;
      case 0x0c:
        await this.attribute(message, path);
        return;
      case 0x11:
        links.push(...(await readSymbolTable(this.pages, message, this.base)));
        return;
      default:
        if (!harmless.includes(type))
          throw new Hdf5Error('unknown', `A message of an object has the type ${type}`, offset);
    }
  }

  private async attribute(message: HeaderMessage, path: string): Promise<void> {
    const { name, text } = await readAttribute(this.pages, message, this.base);
    const { findings } = this.context;
    if (name === 'PYTABLES_FORMAT_VERSION') {
      findings.add('hdf5/pytables', message.offset, 'The file was written by PyTables.');
    }
    if (text === null) {
      if (configurations.includes(name))
        findings.add('keras/config', message.offset, `The attribute ${name} is no text.`);
      return;
    }
    if (path === '/') this.texts.set(name, text);
    // Wherever they stand, Keras may find them.
    if (!configurations.includes(name)) return;
    const config = checkKerasConfig(text, `attribute ${name}`, this.context);
    if (name === 'model_config') this.keras ??= config;
  }

  private async link(link: Link, path: string, depth: number): Promise<void> {
    const inner = path === '/' ? `/${link.name}` : `${path}/${link.name}`;
    const { findings } = this.context;
    if (link.kind === 'external') {
      findings.add('hdf5/external', link.offset, `"${printable(inner)}" is a link to another file.`);
    } else if (link.kind !== 'hard') {
      findings.add('hdf5/link', link.offset, `"${printable(inner)}" is a ${link.kind} link.`);
    } else if (link.address === null) {
      throw new Hdf5Error('broken', `"${printable(inner)}" is nowhere`, link.offset);
    } else {
      await this.object(link.address, inner, depth + 1);
    }
  }

  private async dataset(messages: readonly HeaderMessage[], path: string): Promise<void> {
    this.datasets++;
    const data = await readDataset(this.pages, messages, this.base);
    const { findings } = this.context;
    const at = messages[0]?.offset ?? 0;
    const title = `The dataset "${printable(path)}"`;
    const bytes = data.elements * data.type.bytes;
    const shape = `[${(data.dims ?? []).join(', ')}]`;
    if (!Number.isSafeInteger(bytes)) {
      findings.add('hdf5/expansion', at, `${title} has the shape ${shape}, whose size overflows.`);
      return;
    }
    if (bytes > freeBytes && bytes > maxRatio * data.stored) {
      findings.add('hdf5/expansion', at, `${title} makes ${bytes} bytes out of ${data.stored}.`);
    } else if (data.layout !== 'chunked' && data.stored !== bytes && (data.stored > 0 || bytes > freeBytes)) {
      findings.add('hdf5/structure', at, `${title} of the shape ${shape} needs ${bytes} bytes and has ${data.stored}.`);
    }
    this.checkPlaces(data, path, at);
    const foreign = data.filters.find((filter) => filter > plainFilters);
    if (foreign !== undefined) findings.add('hdf5/filter', at, `${title} is packed with the filter ${foreign}.`);
    if (data.type.kind === 'other' || data.type.kind === 'reference') {
      findings.add('hdf5/type', at, `${title} has elements that are neither numbers nor text.`);
    }
    if (data.type.table !== null) {
      this.tensors.push({ name: path.slice(1), dtype: data.type.table, elements: data.elements, bytes });
    }
  }

  private checkPlaces(data: Dataset, path: string, at: number): void {
    for (const { at: from, bytes } of data.extents) {
      if (from + bytes > this.pages.size) {
        const what = `The data of "${printable(path)}" is at bytes ${from} to ${from + bytes} of ${this.pages.size}`;
        this.context.findings.add('hdf5/structure', at, `${what}.`);
      }
      if (bytes > 0) this.extents.push({ at: from, bytes, name: path });
    }
  }
}

async function judge(pages: Pages, context: InspectContext): Promise<Inspected> {
  const { findings } = context;
  let reader: Hdf5Reader | null = null;
  try {
    const { base, end, root } = await readSuperblock(pages);
    if (end > pages.size) {
      findings.add('hdf5/structure', pages.size, `The file should have ${end} bytes and has ${pages.size}.`);
    } else if (end < pages.size) {
      findings.add('hdf5/trailing-bytes', end, `${pages.size - end} bytes stand behind the end of the HDF5 data.`);
    }
    reader = new Hdf5Reader(pages, context, base);
    await reader.object(root, '/', 0);
    checkSharing(reader);
  } catch (error) {
    if (!(error instanceof Hdf5Error)) throw error;
    const rule = error.kind === 'broken' ? 'hdf5/structure' : 'hdf5/unsupported';
    findings.add(rule, error.offset, `${error.message}.`);
  }
  const { tensors = [], keras = null, texts } = reader ?? {};
  const contract = keras?.contract ?? null;
  return {
    format: keras === null ? 'hdf5' : 'keras-h5',
    facts: {
      ...keras?.facts,
      version: printable(texts?.get('keras_version') ?? ''),
      groups: reader?.groups ?? 0,
      datasets: reader?.datasets ?? 0,
      parameters: tensors.reduce((sum, { elements }) => sum + elements, 0),
    },
    tensors,
    ...(contract === null ? {} : { contract }),
  };
}

function checkSharing({ extents, context }: Hdf5Reader): void {
  let covered = 0;
  let before = '';
  for (const { at, bytes, name } of extents.toSorted((a, b) => a.at - b.at)) {
    if (at < covered) {
      const what = `The data of "${printable(name)}" shares ${Math.min(covered - at, bytes)} bytes with "${printable(before)}"`;
      context.findings.add('hdf5/shared', at, `${what}.`);
    }
    covered = Math.max(covered, at + bytes);
    before = name;
  }
}
