import { unbzip2 } from '../codecs/bzip2.ts';
import { unlz4 } from '../codecs/lz4.ts';
import { unlzma } from '../codecs/lzma-alone.ts';
import { Stopped, type Sink, type Unpacking } from '../codecs/unpacking.ts';
import { unxz } from '../codecs/xz.ts';
import { gunzip, inflate } from '../codecs/zlib.ts';
import { unzstd } from '../codecs/zstd.ts';
import { Content } from '../content.ts';
import type { Compression } from './compressed.ts';
import type { Head, Inspected, InspectContext, Inspector } from './format.ts';

/** By the id of the format. */
const codecs: Readonly<Record<Compression, (sink: Sink) => Unpacking>> = {
  gzip: gunzip,
  zlib: inflate,
  bzip2: unbzip2,
  xz: unxz,
  lz4: unlz4,
  zstd: unzstd,
  lzma: unlzma,
};

/** Unpacks a content and checks what is inside by its own format. */
export function inspectCompressed(context: InspectContext, id: Compression): Inspector {
  return new Unpacked(context, id, codecs[id]);
}

/** Unpacks and inspects at the same time. */
class Unpacked implements Inspector {
  private readonly context: InspectContext;
  private readonly id: string;
  /** Null when it is nested too deep to be unpacked. */
  private readonly unpacking: Unpacking | null;
  private readonly inner: Content;
  private packedBytes = 0;

  constructor(context: InspectContext, id: string, unpack: (sink: Sink) => Unpacking) {
    this.context = context;
    this.id = id;
    const facts = { name: innerName(context.head), title: 'unpacked content', size: null, source: null };
    this.inner = new Content(context, facts);
    const sink: Sink = async (chunk) => {
      if (!context.budget.unpack(chunk.length)) throw new Stopped('bomb');
      await this.inner.write(chunk);
    };
    this.unpacking = context.budget.enterCompression() ? unpack(sink) : null;
  }

  write(chunk: Buffer): void | Promise<void> {
    this.packedBytes += chunk.length;
    return this.unpacking?.write(chunk);
  }

  async end(): Promise<Inspected> {
    const { findings, budget } = this.context;
    if (this.unpacking === null) {
      const message = `Compressions are nested more than ${budget.limits.compressions} deep.`;
      findings.add('content/depth', 0, message);
      await this.inner.end();
      return { format: this.id, facts: {} };
    }
    const problem = await this.unpacking.end();
    const { used } = this.unpacking;
    this.unpacking.destroy();
    if (problem === 'bomb') {
      findings.add('compression/ratio', 0, `${this.inner.bytes} bytes and more come out of ${this.packedBytes}.`);
    } else if (problem !== null) {
      findings.add('compression/corrupt', null, `The ${this.id} data cannot be unpacked: ${problem}.`);
    } else if (used < this.packedBytes) {
      const message = `${this.packedBytes - used} bytes stand behind the end of the ${this.id} data.`;
      findings.add('compression/trailing-bytes', used, message);
    }
    const inspected = await this.inner.end();
    budget.leaveCompression();
    return {
      ...inspected,
      facts: { ...inspected.facts, compression: this.id, unpackedBytes: this.inner.bytes },
    };
  }
}

/** `model.pkl.gz` holds `model.pkl`; other names stay as they are. */
function innerName({ name }: Head): string {
  if (/\.tgz$/i.test(name)) return name.replace(/\.tgz$/i, '.tar');
  return /\.(gz|z|bz2|xz|lz4|zst|lzma)$/i.test(name) ? name.replace(/\.[^.]*$/, '') : name;
}
