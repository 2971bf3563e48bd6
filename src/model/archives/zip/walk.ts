import { inflateRaw } from '../../codecs/zlib.ts';
import type { Inspected, InspectContext, Inspector } from '../../formats/format.ts';
import { printable } from '../../../printable.ts';
import { SliceSource, type Source } from '../../source.ts';
import { Content } from '../../content.ts';
import type { ArchiveReader } from '../kind.ts';
import type { Member } from '../member.ts';
import { memberContent, MemberReader } from '../read-member.ts';
import { checkHeader, compareViews } from './compare.ts';
import { checkDescriptor, descriptorPeek } from './descriptor.ts';
import type { Plan, PlannedMember } from './plan.ts';
import { flag, localHeader, localLength, type Header } from './records.ts';

/** Takes content that is not looked at: a folder has none. */
const ignored: Inspector = { write: () => undefined, end: () => ({ format: 'folder', facts: {} }) };

/** A member whose data is being read. */
interface Current {
  readonly header: Header;
  readonly planned: PlannedMember | null;
  readonly member: Member;
  readonly reader: MemberReader;
  /** Packed bytes to go. */
  left: number;
  /** It would unpack to more than is allowed, and is not looked at. */
  readonly refused: boolean;
}

/**
 * Goes through the bytes of a zip file once, in order, as its local headers lead, and holds them against the plan that the central
 * directory makes. What one view has and the other has not is a finding, and is read all the same.
 */
export class ZipWalk {
  private readonly context: InspectContext;
  private readonly source: Source;
  private readonly plan: Plan;
  private readonly reader: ArchiveReader;
  private readonly read = new Map<string, Inspected>();
  private position = 0;
  private nextPlanned = 0;
  private current: Current | null = null;
  private afterData: Current | null = null;
  private stray: { readonly inspector: Content; readonly until: number; readonly from: number } | null = null;
  private carry: Buffer | null = null;

  constructor(context: InspectContext, source: Source, plan: Plan, reader: ArchiveReader) {
    this.context = context;
    this.source = source;
    this.plan = plan;
    this.reader = reader;
  }

  async write(chunk: Buffer): Promise<void> {
    let rest = this.carry === null ? chunk : Buffer.concat([this.carry, chunk]);
    this.carry = null;
    while (rest.length > 0) {
      const taken = await this.step(rest);
      if (taken === null) {
        // A copy: the chunk may be reused.
        this.carry = Buffer.from(rest);
        return;
      }
      this.position += taken;
      rest = rest.subarray(taken);
    }
  }

  /** What every member's inspector said, by name. */
  async end(): Promise<ReadonlyMap<string, Inspected>> {
    const { findings } = this.context;
    if (this.carry !== null) findings.add('zip/truncated', this.position, 'The file ends within a header.');
    const { current } = this;
    if (current !== null && current.left > 0) {
      const message = `The file ends ${current.left} bytes before the end of "${printable(current.member.name)}".`;
      findings.add('zip/truncated', this.position, message);
    }
    const open = current ?? this.afterData;
    if (open !== null) await this.finishMember(open);
    await this.endStray();
    for (const { name, entry } of this.plan.members.slice(this.nextPlanned)) {
      const message = `The directory puts "${printable(name)}" at byte ${entry.local}, where nothing is.`;
      findings.add('zip/views-differ', entry.offset, message);
    }
    return this.read;
  }

  /** How many bytes were taken; null when more are needed to go on. */
  private async step(rest: Buffer): Promise<number | null> {
    if (this.current !== null) return this.readData(this.current, rest);
    if (this.afterData !== null) return this.readDescriptor(this.afterData, rest);
    if (this.stray !== null) return this.readStray(rest);
    const planned = this.dueMember();
    if (planned === null && !this.plan.complete) return rest.length;
    if (planned !== null && planned.entry.local === this.position) return this.openMember(rest, planned);
    const { directory } = this.plan;
    if (directory !== null && this.position >= directory.start && this.position < directory.end) {
      this.passMembers(directory.end);
      return Math.min(rest.length, directory.end - this.position);
    }
    if (rest.length < 4 && this.source.size - this.position > rest.length) return null;
    if (localLength(rest) !== 0 && rest.length >= 4) return this.openMember(rest, null);
    this.beginStray();
    return 0;
  }

  /** The next member of the plan; those that begin before this point share bytes with another one. */
  private dueMember(): PlannedMember | null {
    for (;;) {
      const planned = this.plan.members[this.nextPlanned];
      if (planned === undefined || planned.entry.local >= this.position) return planned ?? null;
      this.nextPlanned++;
      const message = `"${printable(planned.name)}" begins at byte ${planned.entry.local}, inside another part of the file.`;
      this.context.findings.add('zip/overlap', planned.entry.local, message);
    }
  }

  /** Members that are said to begin inside the directory, however much of it is at hand. */
  private passMembers(end: number): void {
    for (
      let planned = this.plan.members[this.nextPlanned];
      planned !== undefined && planned.entry.local < end;
      planned = this.plan.members[this.nextPlanned]
    ) {
      this.nextPlanned++;
      const message = `"${printable(planned.name)}" begins at byte ${planned.entry.local}, inside the directory.`;
      this.context.findings.add('zip/overlap', planned.entry.local, message);
    }
  }

  /** Where the next thing begins that the directory knows of. */
  private get limit(): number {
    const { directory, members } = this.plan;
    const next = members[this.nextPlanned]?.entry.local ?? this.source.size;
    return directory !== null && directory.start >= this.position ? Math.min(next, directory.start) : next;
  }

  private openMember(rest: Buffer, planned: PlannedMember | null): number | null {
    const { findings } = this.context;
    const length = localLength(rest);
    const whole = this.source.size - this.position;
    if (length === 0 && planned !== null) {
      this.nextPlanned++;
      const message = `The directory puts "${printable(planned.name)}" at byte ${this.position}, where no member begins.`;
      findings.add('zip/views-differ', this.position, message);
      this.beginStray();
      return 0;
    }
    if (length === null || length > rest.length) {
      if (whole > rest.length) return null;
      if (planned !== null) this.nextPlanned++;
      findings.add('zip/truncated', this.position, 'The file ends within the header of a member.');
      return rest.length;
    }
    if (planned !== null) this.nextPlanned++;
    const header = localHeader(rest.subarray(0, length), this.position);
    const name = planned?.name ?? this.plan.nameOf(header);
    checkHeader(header, name, findings);
    if (planned === null) {
      const message = `"${printable(name)}" stands in the file, but not in the directory.`;
      if (this.plan.directory !== null) findings.add('zip/hidden-member', this.position, message);
    } else {
      compareViews(header, planned.entry, name, findings);
    }
    this.begin(header, planned, name);
    return length;
  }

  private begin(header: Header, planned: PlannedMember | null, name: string): void {
    const { findings } = this.context;
    const said = planned?.entry ?? header;
    const unknown = planned === null && (header.flags & flag.descriptor) !== 0 && header.packed === 0;
    const left = unknown ? Math.max(0, this.limit - header.end) : said.packed;
    const member: Member = {
      name,
      size: unknown ? null : said.unpacked,
      stored: said.method === 0,
      offset: header.end,
    };
    if (said.method !== 0 && said.method !== 8) {
      findings.add('zip/method', header.offset, `"${printable(name)}" is packed with method ${said.method}.`);
    }
    const { directory } = this.plan;
    if (directory !== null && header.end <= directory.start && header.end + left > directory.start) {
      findings.add('zip/overlap', header.offset, `The data of "${printable(name)}" reaches into the directory.`);
    }
    const refused = said.method === 8 && !this.context.budget.allows(member.size ?? 0);
    if (refused) {
      const message = `"${printable(name)}" unpacks to ${said.unpacked} bytes, of ${said.packed}.`;
      findings.add('compression/ratio', header.offset, message);
    }
    const inspector = refused ? ignored : this.inspectorOf(member, planned, left, said.method);
    const unpack = said.method === 8 && !refused ? inflateRaw : null;
    const reader = new MemberReader(this.context, inspector, unpack, member.size);
    this.current = { header, planned, member, reader, left, refused };
  }

  private inspectorOf(member: Member, planned: PlannedMember | null, left: number, method: number): Inspector {
    if (member.name.endsWith('/') && member.size === 0) return ignored;
    const source = member.stored ? new SliceSource(this.source, member.offset ?? 0, left) : null;
    // What cannot be unpacked is refused already; its packed bytes are looked at all the same.
    const packed = method !== 0 && method !== 8;
    const own = planned === null || packed ? null : this.reader.member(member);
    return own ?? memberContent(this.context, member, source, packed);
  }

  private async readData(current: Current, rest: Buffer): Promise<number> {
    const taken = Math.min(current.left, rest.length);
    if (taken > 0) await current.reader.write(rest.subarray(0, taken));
    current.left -= taken;
    if (current.left === 0) {
      this.current = null;
      this.afterData = current;
    }
    return taken;
  }

  private async readDescriptor(current: Current, rest: Buffer): Promise<number | null> {
    const room = this.limit - this.position;
    if ((current.header.flags & flag.descriptor) === 0 || current.planned === null) {
      await this.finishMember(current);
      return 0;
    }
    const wanted = Math.max(0, Math.min(descriptorPeek, room));
    if (rest.length < wanted) return null;
    const entry = current.planned.entry;
    const checked = checkDescriptor(rest.subarray(0, wanted), room, entry);
    if (checked.problem !== null) {
      const message = `The record behind the data of "${printable(current.member.name)}" ${checked.problem}.`;
      this.context.findings.add('zip/views-differ', this.position, message);
    }
    await this.finishMember(current);
    return checked.bytes;
  }

  private async finishMember(current: Current): Promise<void> {
    this.current = null;
    this.afterData = null;
    const { findings } = this.context;
    const { member, header, planned } = current;
    const { inspected, bytes, crc, problem, used } = await current.reader.end();
    if (current.refused) return;
    this.read.set(member.name, inspected);
    const shown = `"${printable(member.name)}"`;
    const encrypted = ((planned?.entry.flags ?? 0) | header.flags) & flag.encrypted;
    const said = planned?.entry ?? header;
    const right = problem === null && bytes === said.unpacked && crc === said.crc;
    if (encrypted !== 0) {
      if (right) findings.add('zip/flags', header.offset, `${shown} is marked as encrypted and is not.`);
      else findings.add('zip/encrypted', header.offset, `${shown} is encrypted.`);
      return;
    }
    if (problem === 'bomb') {
      findings.add('compression/ratio', header.offset, `${shown} unpacks to ${bytes} bytes and more.`);
      return;
    }
    // Packed in an unknown way, or cut off: that is said already.
    if ((member.stored ? 0 : 8) !== said.method || current.left > 0 || member.size === null) return;
    const packed = said.packed - current.left;
    if (problem !== null) findings.add('zip/content', header.end, `${shown} cannot be unpacked: ${problem}.`);
    else if (used < packed) {
      const message = `${packed - used} bytes follow the end of the packed data of ${shown}.`;
      findings.add('zip/stray-bytes', header.end + used, message);
    }
    if (problem !== null || right) return;
    const wrong = bytes === said.unpacked ? 'another checksum' : `${bytes} bytes`;
    findings.add('zip/content', header.end, `${shown} has ${wrong} instead of what its header says.`);
  }

  /** Bytes that belong to nothing: their content is looked at, for what another reader might make of it. */
  private beginStray(): void {
    const { directory } = this.plan;
    const until = this.limit;
    const from = this.position;
    const bytes = until - from;
    const title = `bytes from ${from} to ${until}`;
    // Without a directory nothing says where the members end.
    if (directory !== null && bytes > 0) {
      const where =
        from === 0
          ? 'before the first member'
          : from >= directory.end
            ? 'behind the end record'
            : 'between the members';
      this.context.findings.add('zip/stray-bytes', from, `${bytes} bytes ${where} belong to nothing.`);
    }
    const named = { name: '', title, size: bytes, source: new SliceSource(this.source, from, bytes) };
    const inspector = new Content(this.context, { ...named, named: false, accounted: true });
    this.stray = { inspector, until, from };
  }

  private async readStray(rest: Buffer): Promise<number> {
    const { stray } = this;
    if (stray === null) return 0;
    const taken = Math.min(rest.length, stray.until - this.position);
    if (taken > 0) await stray.inspector.write(rest.subarray(0, taken));
    if (this.position + taken >= stray.until) await this.endStray();
    return taken;
  }

  private async endStray(): Promise<void> {
    const { stray } = this;
    this.stray = null;
    if (stray !== null && stray.inspector.bytes > 0) await stray.inspector.end();
  }
}
