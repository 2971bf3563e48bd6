import type { Inspected, InspectContext, Inspector } from './format.ts';
import { ZipWalk } from '../archives/zip/walk.ts';
import { makePlan, type Plan } from '../archives/zip/plan.ts';
import { plainArchive } from '../archives/plain.ts';
import { kindOf, kindPromisedBy } from '../archives/kinds.ts';
import type { ArchiveReader } from '../archives/kind.ts';
import { BufferSource, type Source } from '../source.ts';

/** An archive that cannot be read in any order is held in memory up to this size. Bytes. */
const heldBytes = 64 * 1024 * 1024;

/** Checks a zip archive and what is in it. */
export function inspectZip(context: InspectContext): Inspector {
  return new ZipInspector(context);
}

class ZipInspector implements Inspector {
  private readonly context: InspectContext;
  private held: Buffer[] = [];
  /** Whether there is room to hold it. */
  private roomy = true;
  private bytes = 0;
  private walk: ZipWalk | null = null;
  private reader: ArchiveReader | null = null;

  constructor(context: InspectContext) {
    this.context = context;
  }

  async write(chunk: Buffer): Promise<void> {
    this.bytes += chunk.length;
    const { source } = this.context;
    if (source !== null) {
      await (await this.open(source)).write(chunk);
    } else if (this.roomy) {
      this.roomy = this.bytes <= heldBytes && this.context.budget.hold(chunk.length);
      if (this.roomy) this.held.push(Buffer.from(chunk));
      else this.held = [];
    }
  }

  async end(): Promise<Inspected> {
    if (this.context.source === null) {
      if (!this.roomy) {
        const message = `A zip archive of ${this.bytes} bytes is packed in something else; up to ${heldBytes} are read, less when nested.`;
        this.context.findings.add('content/memory', null, message);
        return { format: 'zip', facts: {} };
      }
      const whole = Buffer.concat(this.held);
      this.held = [];
      await (await this.open(new BufferSource(whole))).write(whole);
    }
    const read = await (await this.open(this.context.source ?? new BufferSource(Buffer.alloc(0)))).end();
    if (this.context.source === null) this.context.budget.release(this.bytes);
    return (this.reader as ArchiveReader).end(read);
  }

  private async open(source: Source): Promise<ZipWalk> {
    if (this.walk !== null) return this.walk;
    const context = { ...this.context, source };
    const plan = await makePlan(source, context);
    this.reader = await this.choose(plan, context);
    this.walk = new ZipWalk(context, source, plan, this.reader);
    return this.walk;
  }

  private async choose(plan: Plan, context: InspectContext): Promise<ArchiveReader> {
    const kind = kindOf(plan.names);
    const { extension } = context.head;
    const promised = kindPromisedBy(extension);
    if (promised !== null && plan.directory !== null && kind?.extensions.includes(extension) !== true) {
      const title = kind?.title ?? 'an archive of something else';
      const message = `The extension .${extension} promises ${promised.title}, but this is ${title}.`;
      context.findings.add('format/mismatch', 0, message);
    }
    return kind === null ? plainArchive('zip', context, plan.files) : kind.open(context, plan.files);
  }
}
