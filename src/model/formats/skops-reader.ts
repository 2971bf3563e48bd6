import { TextDecoder } from 'node:util';
import { Collected, Raw, type ArchiveReader } from '../archives/kind.ts';
import type { Member } from '../archives/member.ts';
import { Rulings } from '../pickle/rulings.ts';
import { printable } from '../../printable.ts';
import { JsonError, parseStrictJson, type Json } from '../strict-json.ts';
import type { Inspected, InspectContext, Inspector } from './format.ts';
import { SchemaCheck } from './skops-schema.ts';

/** Largest schema that is parsed. Bytes. */
const maxSchema = 64 * 1024 * 1024;

/** Reads a skops file: its schema, and what that names. */
export class SkopsReader implements ArchiveReader {
  private readonly context: InspectContext;
  private readonly members: readonly Member[];
  private readonly schema = new Collected(maxSchema);

  constructor(context: InspectContext, members: readonly Member[]) {
    this.context = context;
    this.members = members;
  }

  member({ name }: Member): Inspector | null {
    if (name === 'schema.json') return this.schema;
    // The content of bytes objects; the schema has to refer to it.
    return name.endsWith('.bin') ? new Raw() : null;
  }

  end(read: ReadonlyMap<string, Inspected>): Inspected {
    const { findings, policy } = this.context;
    const root = this.parse();
    if (root === null) return { format: 'skops', facts: { members: this.members.length } };
    const check = new SchemaCheck(findings, new Rulings(policy));
    check.tree(root);
    const names = new Set(this.members.map(({ name }) => name));
    for (const file of check.files) {
      if (!names.has(file))
        findings.add('skops/schema', null, `The schema names the file ${printable(file)}, which is not there.`);
    }
    for (const name of names) {
      if (name === 'schema.json' || check.files.has(name)) continue;
      findings.add('skops/schema', null, `The schema does not name the member ${printable(name)}.`);
    }
    return {
      format: 'skops',
      facts: { members: this.members.length, types: check.types },
      tensors: [...read.values()].flatMap(({ tensors = [] }) => tensors),
    };
  }

  private parse(): Json | null {
    const { findings } = this.context;
    const { bytes } = this.schema;
    if (bytes === null) {
      findings.add('skops/schema', null, `The schema has more than ${maxSchema} bytes, or is cut off.`);
      return null;
    }
    try {
      return parseStrictJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    } catch (error) {
      const what = error instanceof JsonError ? error.message : 'is not UTF-8';
      findings.add('skops/schema', null, `The schema ${what}.`);
      return null;
    }
  }
}
