import { crc32 } from 'node:zlib';
import type { Inspected, InspectContext, Inspector } from '../formats/format.ts';
import { Content } from '../content.ts';
import type { Source } from '../source.ts';
import { printable } from '../../printable.ts';
import { Stopped, type Sink, type Unpacking } from '../codecs/unpacking.ts';
import type { Member } from './member.ts';

/** The inspector that a member gets when its archive has no other: its bytes choose the format. */
export function memberContent(
  context: InspectContext,
  member: Member,
  source: Source | null,
  accounted = false,
): Content {
  const title = `member ${printable(member.name)}`;
  return new Content(context, { name: member.name, title, size: member.size, source, accounted });
}

/** What was read of a member. */
export interface ReadMember {
  readonly inspected: Inspected;
  /** Of the unpacked content. */
  readonly bytes: number;
  readonly crc: number;
  /** What was wrong with the packed data; null: nothing. */
  readonly problem: string | null;
  /** Packed bytes that belong to the data. */
  readonly used: number;
}

/** Brings the data of one member to its inspector, unpacked when it is packed, and computes its checksum. */
export class MemberReader {
  private readonly inspector: Inspector;
  private readonly unpacking: Unpacking | null;
  private bytes = 0;
  private crc = 0;

  /** Without `unpack` the data stands as it is; with it, no more than `size` bytes are taken, where that is known. */
  constructor(
    context: InspectContext,
    inspector: Inspector,
    unpack: ((sink: Sink) => Unpacking) | null,
    size: number | null,
  ) {
    this.inspector = inspector;
    this.unpacking =
      unpack?.(async (chunk) => {
        if (size !== null && this.bytes + chunk.length > size) throw new Stopped(`more than ${size} bytes come out`);
        if (!context.budget.unpack(chunk.length)) throw new Stopped('bomb');
        await this.take(chunk);
      }) ?? null;
  }

  write(chunk: Buffer): void | Promise<void> {
    return this.unpacking === null ? this.take(chunk) : this.unpacking.write(chunk);
  }

  async end(): Promise<ReadMember> {
    const problem = this.unpacking === null ? null : await this.unpacking.end();
    const used = this.unpacking?.used ?? this.bytes;
    this.unpacking?.destroy();
    return { inspected: await this.inspector.end(), bytes: this.bytes, crc: this.crc, problem, used };
  }

  private take(chunk: Buffer): void | Promise<void> {
    this.bytes += chunk.length;
    this.crc = crc32(chunk, this.crc);
    return this.inspector.write(chunk);
  }
}
