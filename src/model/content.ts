import { Findings } from './findings.ts';
import { headBytes, headOf, type Inspected, type InspectContext, type Inspector } from './formats/format.ts';
import { inspectAs } from './formats/also-pickle.ts';
import { unknown } from './formats/unknown.ts';
import type { Source } from './source.ts';

/** What is known about a content that stands in another one. */
export interface ContentFacts {
  /** Its name, which may have folders; decides only where the bytes cannot. */
  readonly name: string;
  /** For findings: `member data.pkl`. */
  readonly title: string;
  /** Bytes; null while it is being unpacked. */
  readonly size: number | null;
  /** Random access, when there is. */
  readonly source: Source | null;
  /** Whether a name that promises another format is a finding; not where names are free. Default true. */
  readonly named?: boolean;
  /** Whether the outer format knows what the bytes are even when no format recognises them. Default false. */
  readonly accounted?: boolean;
}

/**
 * A content inside another one: the first bytes choose its format, which then reads all of them. Findings about it are kept
 * apart and join those of the outer content at the end.
 */
export class Content implements Inspector {
  /** So far. */
  bytes = 0;
  private readonly outer: InspectContext;
  private readonly facts: ContentFacts;
  private readonly findings: Findings;
  private readonly deeper: boolean;
  private held: Buffer[] = [];
  private heldBytes = 0;
  private inspector: Inspector | null = null;

  constructor(outer: InspectContext, facts: ContentFacts) {
    this.outer = outer;
    this.facts = facts;
    this.findings = new Findings(outer.findings.within(facts.title));
    this.deeper = outer.budget.enter();
  }

  async write(chunk: Buffer): Promise<void> {
    this.bytes += chunk.length;
    if (this.inspector !== null) {
      await this.inspector.write(chunk);
      return;
    }
    // A copy: the chunk may be reused.
    this.held.push(Buffer.from(chunk));
    this.heldBytes += chunk.length;
    if (this.heldBytes >= headBytes) await this.choose();
  }

  async end(): Promise<Inspected> {
    const { unaccounted, ...inspected } = await (await this.choose()).end();
    if (unaccounted === true && this.facts.accounted !== true) {
      this.findings.add('format/unknown', null, 'The content is of no format that ml-deploy knows.');
    }
    if (this.deeper) this.outer.budget.leave();
    this.outer.findings.include(this.findings);
    return inspected;
  }

  private async choose(): Promise<Inspector> {
    if (this.inspector !== null) return this.inspector;
    const content = Buffer.concat(this.held);
    this.held = [];
    const { facts, findings, outer } = this;
    const head = headOf(facts.name, content, facts.size);
    const { format, promised } = await outer.recognise(head);
    if (promised !== null && facts.named !== false) {
      findings.add('format/mismatch', 0, `The name promises ${promised.title}, but inside is ${format.title}.`);
    }
    if (!this.deeper) {
      const message = `Contents are nested more than ${outer.budget.limits.depth} deep.`;
      findings.add('content/depth', 0, message);
    }
    const context = { ...outer, head, findings, source: facts.source };
    this.inspector = await inspectAs(this.deeper ? format : unknown, context);
    if (content.length > 0) await this.inspector.write(content);
    return this.inspector;
  }
}
