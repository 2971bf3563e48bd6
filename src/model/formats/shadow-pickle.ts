import { Findings } from '../findings.ts';
import { PickleStreams } from '../pickle/streams.ts';
import { Rulings } from '../pickle/rulings.ts';
import type { InspectContext } from './format.ts';

/** What no content of another format does by accident. */
const deeds: ReadonlySet<string> = new Set(['pickle/dangerous-call', 'pickle/unlisted-call', 'pickle/patch']);

/** Reads a content of another format as Python would unpickle it, up to where that fails. */
export class ShadowPickle {
  private readonly context: InspectContext;
  private readonly findings = new Findings();
  private readonly streams: PickleStreams;

  constructor(context: InspectContext) {
    this.context = context;
    this.streams = new PickleStreams(this.findings, new Rulings(context.policy));
  }

  write(chunk: Buffer): void {
    this.streams.write(chunk);
  }

  /** Adds a finding when something would have been called. */
  end(): void {
    this.streams.end();
    const deed = this.findings.list().find(({ rule, message }) => deeds.has(rule) && message !== '');
    if (deed === undefined) return;
    const [what = ''] = deed.message.split(/(?<=\.) /);
    this.context.findings.add('format/also-pickle', deed.offset, `Read as a pickle: ${what}`);
  }
}
