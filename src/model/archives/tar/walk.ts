import { Content } from '../../content.ts';
import type { Inspected, InspectContext, Inspector } from '../../formats/format.ts';
import { printable } from '../../../printable.ts';
import { SliceSource } from '../../source.ts';
import type { Member } from '../member.ts';
import { Names } from '../names.ts';
import { memberContent } from '../read-member.ts';
import { blockBytes, isHeader, paxRecords, tarHeader, text, type TarHeader } from './header.ts';

const rules = { path: 'tar/path', name: 'tar/name', duplicate: 'tar/duplicate' } as const;

/** Longest header in several blocks (a long name, pax records) that is read. Bytes. */
const maxLong = 1024 * 1024;

/** Data that belongs to the last header. */
interface Data {
  readonly offset: number;
  readonly size: number;
  left: number;
  readonly inspector: Inspector;
  done(inspected: Inspected): void;
}

/** Goes through a tar file once, in order; every byte is header, data, padding or the end. */
export class TarWalk {
  readonly read = new Map<string, Inspected>();
  members = 0;
  private readonly context: InspectContext;
  private readonly memberInspector: (member: Member) => Inspector | null;
  private readonly names: Names;
  private position = 0;
  private carry: Buffer = Buffer.alloc(0);
  private data: Data | null = null;
  private padding = 0;
  private ended = false;
  private stray: Content | null = null;
  private paxPath: string | null = null;
  private paxSize: number | null = null;
  private longName: string | null = null;

  constructor(context: InspectContext, memberInspector: (member: Member) => Inspector | null) {
    this.context = context;
    this.memberInspector = memberInspector;
    this.names = new Names(rules, context.findings);
  }

  async write(chunk: Buffer): Promise<void> {
    let rest = this.carry.length === 0 ? chunk : Buffer.concat([this.carry, chunk]);
    this.carry = Buffer.alloc(0);
    while (rest.length > 0) {
      const taken = await this.step(rest);
      if (taken === null) break;
      this.position += taken;
      rest = rest.subarray(taken);
    }
    // A copy: the chunk may be reused.
    if (rest.length > 0) this.carry = Buffer.from(rest);
  }

  async end(): Promise<void> {
    const { findings } = this.context;
    if (this.data !== null) {
      findings.add(
        'tar/truncated',
        this.position,
        `The archive ends ${this.data.left} bytes before the end of a member.`,
      );
      await this.closeData(this.data);
    } else if (this.carry.length > 0) {
      findings.add('tar/truncated', this.position, 'The archive ends within a header.');
    } else if (!this.ended && this.stray === null) {
      findings.add('tar/truncated', this.position, 'The marks at the end of the archive are missing.');
    }
    if (this.stray !== null) await this.stray.end();
  }

  /** How many bytes were taken; null when more are needed. */
  private async step(rest: Buffer): Promise<number | null> {
    if (this.data !== null) return this.readData(this.data, rest);
    if (this.padding > 0) return this.readPadding(rest);
    if (this.stray !== null) {
      await this.stray.write(rest);
      return rest.length;
    }
    if (this.ended) return this.readEnd(rest);
    if (rest.length < blockBytes) return null;
    const block = rest.subarray(0, blockBytes);
    if (block.every((byte) => byte === 0)) {
      this.ended = true;
      return blockBytes;
    }
    if (!isHeader(block)) {
      this.context.findings.add('tar/header', this.position, 'A header has a wrong checksum.');
      this.beginStray();
      return 0;
    }
    await this.readHeader(block);
    return blockBytes;
  }

  private async readHeader(block: Buffer): Promise<void> {
    const { findings } = this.context;
    const header = tarHeader(block);
    if (typeof header === 'string') {
      findings.add('tar/header', this.position, `A header ${header}.`);
      return;
    }
    const dataAt = this.position + blockBytes;
    if (header.type === 'x' || header.type === 'L' || header.type === 'K' || header.type === 'g') {
      this.openLong(header, dataAt);
      return;
    }
    const name = this.nameOf(header);
    const size = this.paxSize ?? header.size;
    if (this.paxSize !== null && header.size !== 0 && header.size !== this.paxSize) {
      const message = `"${printable(name)}" has ${header.size} bytes by its header and ${this.paxSize} by its pax records.`;
      findings.add('tar/header', this.position, message);
    }
    this.paxPath = null;
    this.paxSize = null;
    this.longName = null;
    this.names.add(name, this.position);
    this.checkType(header, name);
    if (!this.context.budget.member()) {
      findings.add(
        'content/members',
        this.position,
        `There are more than ${this.context.budget.limits.members} members.`,
      );
    }
    this.members++;
    // Links, folders and devices have no data, whatever they claim; readers differ when they claim some.
    if ('123456'.includes(header.type)) {
      if (size > 0)
        findings.add('tar/header', this.position, `"${printable(name)}" is no file and claims ${size} bytes.`);
      return;
    }
    await this.openMember(name, size, dataAt);
  }

  private nameOf(header: TarHeader): string {
    const name = this.paxPath ?? this.longName ?? header.name;
    // Tools that pack a folder write `./a`.
    return name.replace(/^(\.\/)+(?=.)/, '').replace(/(?<=.)\/$/, '');
  }

  private checkType({ type, target }: TarHeader, name: string): void {
    const { findings } = this.context;
    const shown = `"${printable(name)}"`;
    if (type === '1' || type === '2') {
      findings.add('tar/link', this.position, `${shown} is a link to "${printable(target)}".`);
    } else if ('346'.includes(type)) {
      findings.add('tar/special', this.position, `${shown} is ${type === '6' ? 'a pipe' : 'a device'}.`);
    } else if (!'057'.includes(type)) {
      findings.add('tar/kind', this.position, `${shown} is of the type "${printable(type)}".`);
    }
  }

  private async openMember(name: string, size: number, offset: number): Promise<void> {
    const { source } = this.context;
    const member: Member = { name, size, stored: true, offset };
    const part = source === null ? null : new SliceSource(source, offset, size);
    const inspector = this.memberInspector(member) ?? memberContent(this.context, member, part);
    const data: Data = {
      offset,
      size,
      left: size,
      inspector,
      done: (inspected) => {
        this.read.set(name, inspected);
      },
    };
    if (size === 0) await this.closeData(data);
    else this.data = data;
  }

  /** A header that says more about the next one. */
  private openLong({ type, size, name }: TarHeader, offset: number): void {
    const { findings } = this.context;
    if (size > maxLong) findings.add('tar/header', this.position, `"${printable(name)}" has ${size} bytes of names.`);
    const pieces: Buffer[] = [];
    const inspector: Inspector = {
      write: (chunk) => {
        if (size <= maxLong) pieces.push(Buffer.from(chunk));
      },
      end: () => {
        this.readLong(type, Buffer.concat(pieces), offset);
        return { format: 'header', facts: {} };
      },
    };
    if (size === 0) findings.add('tar/header', this.position, 'A header about the next one is empty.');
    else this.data = { offset, size, left: size, inspector, done: () => undefined };
  }

  private readLong(type: string, bytes: Buffer, offset: number): void {
    const { findings } = this.context;
    if (type === 'L') this.longName = text(bytes);
    if (type === 'L' || type === 'K') return;
    const records = paxRecords(bytes);
    if (records === null) {
      findings.add('tar/header', offset, 'Pax records do not fit together.');
      return;
    }
    const sparse = [...records.keys()].find((key) => key.startsWith('GNU.sparse'));
    if (sparse !== undefined) findings.add('tar/kind', offset, `A member is sparse (${printable(sparse)}).`);
    if (type === 'g' && (records.has('path') || records.has('size') || records.has('linkpath'))) {
      findings.add('tar/kind', offset, 'Pax records give all members one name, size or target.');
      return;
    }
    this.paxPath = records.get('path') ?? this.paxPath;
    const size = records.get('size');
    if (size === undefined) return;
    if (/^\d{1,15}$/.test(size)) this.paxSize = Number(size);
    else findings.add('tar/header', offset, 'A pax record has a size that is no number.');
  }

  private async readData(data: Data, rest: Buffer): Promise<number> {
    const taken = Math.min(data.left, rest.length);
    await data.inspector.write(rest.subarray(0, taken));
    data.left -= taken;
    if (data.left === 0) await this.closeData(data);
    return taken;
  }

  private async closeData(data: Data): Promise<void> {
    this.data = null;
    this.padding = (blockBytes - (data.size % blockBytes)) % blockBytes;
    data.done(await data.inspector.end());
  }

  private readPadding(rest: Buffer): number {
    const taken = Math.min(this.padding, rest.length);
    if (rest.subarray(0, taken).some((byte) => byte !== 0)) {
      this.context.findings.add('tar/stray-bytes', this.position, 'The padding behind a member is not zero.');
    }
    this.padding -= taken;
    return taken;
  }

  /** Zeros up to the end, and nothing else. */
  private readEnd(rest: Buffer): number {
    const from = rest.findIndex((byte) => byte !== 0);
    if (from === 0) {
      this.context.findings.add('tar/stray-bytes', this.position, 'Bytes follow the end of the archive.');
      this.beginStray();
      return 0;
    }
    return from < 0 ? rest.length : from;
  }

  private beginStray(): void {
    const title = `bytes from ${this.position}`;
    const facts = { name: '', title, size: null, source: null, named: false, accounted: true };
    this.stray = new Content(this.context, facts);
  }
}
