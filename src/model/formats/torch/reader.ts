import type { ArchiveReader } from '../../archives/kind.ts';
import { Collected, Raw } from '../../archives/kind.ts';
import type { Member } from '../../archives/member.ts';
import { Findings } from '../../findings.ts';
import { Rulings } from '../../pickle/rulings.ts';
import { printable } from '../../../printable.ts';
import type { Inspected, InspectContext, Inspector } from '../format.ts';
import { TorchPickle } from './pickle.ts';

/** Small members that say how the others are written, and what may stand in them. */
const markers: Readonly<Record<string, RegExp>> = {
  version: /^\d{1,4}\n?$/,
  byteorder: /^(little|big)$/,
  '.format_version': /^\d{1,4}\n?$/,
  '.storage_alignment': /^\d{1,8}\n?$/,
  '.data/serialization_id': /^\d{1,64}$/,
};

/** Reads what `torch.save` wrote. */
export class TorchReader implements ArchiveReader {
  private readonly context: InspectContext;
  private readonly members: readonly Member[];
  private readonly folder: string;
  private readonly main: TorchPickle;
  private readonly mainFindings: Findings;
  private readonly small = new Map<string, Collected>();

  constructor(context: InspectContext, members: readonly Member[]) {
    this.context = context;
    this.members = members;
    const [first] = members;
    this.folder = /^[^/]*\//.exec(first?.name ?? '')?.[0] ?? '';
    this.mainFindings = new Findings(context.findings.within(`member ${printable(this.folder)}data.pkl`));
    this.main = new TorchPickle(this.mainFindings, new Rulings(context.policy));
    this.checkNames();
  }

  member({ name }: Member): Inspector | null {
    if (!name.startsWith(this.folder)) return null;
    const short = name.slice(this.folder.length);
    if (short === 'data.pkl') return this.main;
    if (/^data\/[^/]+$/.test(short)) return new Raw();
    if (!Object.hasOwn(markers, short)) return null;
    const collected = new Collected(1024);
    this.small.set(short, collected);
    return collected;
  }

  end(): Inspected {
    const { findings } = this.context;
    for (const [name, collected] of this.small) {
      const content = collected.bytes?.toString('latin1') ?? '';
      if (markers[name]?.test(content) === true) continue;
      findings.add('torch/member', null, `The member ${name} says "${printable(content)}".`);
    }
    this.checkStorages();
    findings.include(this.mainFindings);
    const { tensors, storages } = this.main;
    const elements = tensors.reduce((sum, tensor) => sum + tensor.elements, 0);
    return {
      format: 'torch',
      facts: {
        members: this.members.length,
        storages: storages.size,
        tensors: tensors.length,
        parameters: elements,
        dtypes: [...new Set(tensors.map(({ dtype }) => dtype))].toSorted(),
        ...(findings.verdict === 'clean' ? this.main.loading : {}),
      },
      tensors,
    };
  }

  /** PyTorch looks for `data.pkl` in the folder of the first member, and takes `DATA.PKL` for it. */
  private checkNames(): void {
    const { findings } = this.context;
    const other = this.members.find(({ name }) => !name.startsWith(this.folder) || this.folder === '');
    if (other !== undefined) {
      const message = `"${printable(other.name)}" is not in the folder of the first member, "${printable(this.folder)}".`;
      findings.add('torch/members', other.offset, message);
    }
    for (const { name, offset } of this.members) {
      const lower = name.toLowerCase();
      if (lower === name || !(lower.endsWith('/data.pkl') || /\/data\/[^/]*$/.test(lower))) continue;
      if (name.slice(this.folder.length) === lower.slice(this.folder.length)) continue;
      findings.add('torch/members', offset, `"${printable(name)}" is found under a name in small letters.`);
    }
  }

  private checkStorages(): void {
    const { findings } = this.context;
    const sizes = new Map<string, number | null>();
    for (const { name, size } of this.members) {
      const short = name.startsWith(this.folder) ? name.slice(this.folder.length) : '';
      if (/^data\/[^/]+$/.test(short)) sizes.set(short.slice('data/'.length), size);
    }
    for (const { key, bytes } of this.main.storages.values()) {
      const size = sizes.get(key);
      if (size === bytes) continue;
      const found = size === undefined ? 'is not in the file' : `has ${String(size)} bytes`;
      const message = `The storage ${printable(key)} ${found}; its tensors need ${bytes} bytes.`;
      findings.add('torch/storage', null, message);
    }
    for (const key of sizes.keys()) {
      if (this.main.storages.has(key)) continue;
      findings.add('torch/member', null, `No tensor uses the member data/${printable(key)}.`);
    }
  }
}
