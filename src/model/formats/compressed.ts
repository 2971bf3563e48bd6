import { once } from 'node:events';
import { createGunzip, createInflate, type Gunzip, type Inflate } from 'node:zlib';
import { Content } from '../content.ts';
import type { Format, Head, Inspected, InspectContext, Inspector } from './format.ts';

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
  private readonly inner: Content;
  private packedBytes = 0;
  private readonly outcome: Promise<string | null>;
  private over = false;

  constructor(context: InspectContext, id: string, unpacker: Unpacker) {
    this.context = context;
    this.id = id;
    this.unpacker = unpacker;
    const facts = { name: innerName(context.head), title: 'unpacked content', size: null, source: null };
    this.inner = new Content(context, facts);
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
    return {
      ...inspected,
      facts: { ...inspected.facts, compression: this.id, unpackedBytes: this.inner.bytes },
    };
  }

  /** Null when everything was unpacked, else what was wrong. */
  private async drain(): Promise<string | null> {
    try {
      for await (const chunk of this.unpacker) {
        await this.inner.write(chunk as Buffer);
        if (!this.context.budget.unpack((chunk as Buffer).length)) return 'bomb';
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

/** `model.pkl.gz` holds `model.pkl`; other names stay as they are. */
function innerName({ name }: Head): string {
  return /\.(gz|z|xz)$/i.test(name) ? name.replace(/\.[^.]*$/, '') : name;
}
