import { once } from 'node:events';
import { createGunzip, createInflate, type Gunzip, type Inflate } from 'node:zlib';
import { Findings } from '../findings.ts';
import { unknown } from './unknown.ts';
import { headBytes, type Format, type Head, type Inspected, type InspectContext, type Inspector } from './format.ts';

/** Up to this many bytes any ratio is fine; beyond, more than `maxRatio` unpacked bytes per packed byte are a bomb. */
const freeBytes = 1024 * 1024 * 1024;
const maxRatio = 200;

type Unpacker = Gunzip | Inflate;

/** Compressed files, as joblib writes them: what is inside is checked by its own format. */
export const compressed: readonly Format[] = [
  layer('gzip', 'gzip-compressed data', ['gz'], (bytes) => bytes[0] === 0x1f && bytes[1] === 0x8b, createGunzip),
  layer('zlib', 'zlib-compressed data', ['z'], isZlib, createInflate),
];

function isZlib(bytes: Buffer): boolean {
  return bytes.length >= 2 && bytes[0] === 0x78 && bytes.readUInt16BE(0) % 31 === 0;
}

function layer(
  id: string,
  title: string,
  extensions: readonly string[],
  detect: (bytes: Buffer) => boolean,
  unpacker: () => Unpacker,
): Format {
  return {
    id,
    title,
    // joblib.dump(..., compress=...) keeps the name that it is given.
    extensions: [...extensions, 'joblib', 'pkl', 'sav'],
    detect: ({ bytes }) => detect(bytes),
    inspect: (context) => new Unpacked(context, id, unpacker()),
  };
}

/** Unpacks and inspects at the same time, with what memory two buffers take. */
class Unpacked implements Inspector {
  private readonly context: InspectContext;
  private readonly id: string;
  private readonly unpacker: Unpacker;
  private readonly part = new Findings('unpacked content');
  private readonly inner: InnerContent;
  private packedBytes = 0;
  private readonly outcome: Promise<string | null>;
  private over = false;

  constructor(context: InspectContext, id: string, unpacker: Unpacker) {
    this.context = context;
    this.id = id;
    this.unpacker = unpacker;
    this.inner = new InnerContent(context, this.part);
    this.outcome = this.drain();
  }

  async write(chunk: Buffer): Promise<void> {
    this.packedBytes += chunk.length;
    if (this.over) return;
    // The stream keeps its input until it has used it, and the caller reuses the chunk.
    if (this.unpacker.write(Buffer.from(chunk))) return;
    await Promise.race([once(this.unpacker, 'drain'), this.outcome]);
  }

  async end(): Promise<Inspected> {
    if (!this.over) this.unpacker.end();
    const problem = await this.outcome;
    const { findings } = this.context;
    if (problem === 'bomb') {
      findings.add('compression/ratio', 0, `${this.inner.bytes} bytes and more come out of ${this.packedBytes}.`);
    } else if (problem !== null) {
      findings.add('compression/corrupt', null, `The ${this.id} data cannot be unpacked: ${problem}.`);
    }
    // How far the unpacker went: zlib ignores what stands behind its data.
    const behind = problem === null ? this.packedBytes - this.unpacker.bytesWritten : 0;
    if (behind > 0) {
      const message = `${behind} bytes stand behind the end of the ${this.id} data.`;
      findings.add('compression/trailing-bytes', this.unpacker.bytesWritten, message);
    }
    const inspected = await this.inner.end();
    findings.include(this.part);
    return {
      format: inspected.format,
      facts: { ...inspected.facts, compression: this.id, unpackedBytes: this.inner.bytes },
    };
  }

  /** Null when everything was unpacked, else what was wrong. */
  private async drain(): Promise<string | null> {
    try {
      for await (const chunk of this.unpacker) {
        await this.inner.write(chunk as Buffer);
        if (this.inner.bytes > freeBytes && this.inner.bytes > maxRatio * this.packedBytes) return 'bomb';
      }
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : 'unknown problem';
    } finally {
      this.over = true;
      this.unpacker.destroy();
    }
  }
}

/** The unpacked bytes: the first ones choose the format, which then reads all of them. */
class InnerContent implements Inspector {
  bytes = 0;
  private readonly outer: InspectContext;
  private readonly findings: Findings;
  private held: Buffer[] = [];
  private heldBytes = 0;
  private inspector: Inspector | null = null;

  constructor(outer: InspectContext, findings: Findings) {
    this.outer = outer;
    this.findings = findings;
  }

  async write(chunk: Buffer): Promise<void> {
    this.bytes += chunk.length;
    if (this.inspector !== null) {
      await this.inspector.write(chunk);
      return;
    }
    this.held.push(chunk);
    this.heldBytes += chunk.length;
    if (this.heldBytes >= headBytes) await this.choose();
  }

  async end(): Promise<Inspected> {
    return (await this.choose()).end();
  }

  private async choose(): Promise<Inspector> {
    if (this.inspector !== null) return this.inspector;
    const content = Buffer.concat(this.held);
    this.held = [];
    const head = innerHead(this.outer.head, content.subarray(0, headBytes));
    const { format, promised } = this.outer.recognise(head);
    if (promised !== null) {
      this.findings.add('format/mismatch', 0, `The name promises ${promised.title}, but inside is ${format.title}.`);
    }
    const again = compressed.includes(format);
    if (again) this.findings.add('format/unsupported', 0, `This is ${format.title} inside compressed data.`);
    this.inspector = (again ? unknown : format).inspect({ ...this.outer, head, findings: this.findings });
    await this.inspector.write(content);
    return this.inspector;
  }
}

/** `model.pkl.gz` holds `model.pkl`; other names stay as they are. */
function innerHead(outer: Head, bytes: Buffer): Head {
  const name = /\.(gz|z|xz)$/i.test(outer.name) ? outer.name.replace(/\.[^.]*$/, '') : outer.name;
  const extension = name === outer.name ? outer.extension : (/\.([^.]*)$/.exec(name)?.[1] ?? '').toLowerCase();
  return { bytes, size: null, name, extension };
}
