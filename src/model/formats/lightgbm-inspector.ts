import type { Findings } from '../findings.ts';
import { printable } from '../../printable.ts';
import type { Inspected, Inspector, InspectContext } from './format.ts';
import { LightgbmHeader } from './lightgbm-header.ts';
import { lightgbmTreeProblem } from './lightgbm-tree.ts';
import { JsonError, parseStrictJson } from '../strict-json.ts';

/** Longest line that is held in memory. Bytes. */
const maxLine = 16 * 1024 * 1024;

/** Lines that are not of LightGBM, after which no more are read. */
const maxStrange = 100;

type Part = 'header' | 'trees' | 'after' | 'importances' | 'parameters' | 'end';

/** Checks a LightGBM model. */
export function inspectLightgbm(context: InspectContext): Inspector {
  return new LightgbmInspector(context);
}

class LightgbmInspector implements Inspector {
  private readonly findings: Findings;
  private readonly header: LightgbmHeader;
  private held: Buffer[] = [];
  private heldBytes = 0;
  private part: Part = 'header';
  /** Where the line that is read begins. */
  private offset = 0;
  private tree: { readonly at: number; readonly fields: Map<string, string> } | null = null;
  private trees = 0;
  private leaves = 0;
  private ended = false;
  private refused = false;
  private strange = 0;

  constructor({ findings }: InspectContext) {
    this.findings = findings;
    this.header = new LightgbmHeader(findings);
  }

  write(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0 && !this.refused; at = chunk.indexOf(10, from)) {
      this.hold(chunk.subarray(from, at));
      this.line();
      from = at + 1;
    }
    if (from < chunk.length) this.hold(Buffer.from(chunk.subarray(from)));
  }

  end(): Inspected {
    if (!this.refused && this.heldBytes > 0) this.line();
    if (!this.refused) this.finish();
    const facts = { trees: this.trees, leaves: this.leaves, ...this.header.facts };
    const contract = this.header.contract();
    return { format: 'lightgbm', facts, ...(contract === null || this.refused ? {} : { contract }) };
  }

  private finish(): void {
    this.endTree();
    if (!this.ended) {
      this.findings.add('lightgbm/truncated', this.offset, 'The model ends before the line "end of trees".');
    } else if (this.part !== 'end') {
      this.findings.add('lightgbm/end', this.offset, 'The model ends before the line "end of parameters".');
    }
    if (this.ended && this.header.trees !== null && this.header.trees !== this.trees) {
      const message = `tree_sizes has ${this.header.trees} entries, but there are ${this.trees} trees.`;
      this.findings.add('lightgbm/truncated', null, message);
    }
  }

  private hold(piece: Buffer): void {
    this.heldBytes += piece.length;
    if (this.heldBytes > maxLine) {
      if (!this.refused) this.findings.add('lightgbm/line', this.offset, `A line has more than ${maxLine} bytes.`);
      this.refused = true;
      this.held = [];
    } else if (!this.refused) this.held.push(piece);
  }

  private line(): void {
    const line = Buffer.concat(this.held).toString('utf8').replace(/\r$/, '');
    const at = this.offset;
    this.offset += this.heldBytes + 1;
    this.held = [];
    this.heldBytes = 0;
    if (!this.take(line, at)) {
      this.findings.add('lightgbm/line', at, `The line "${printable(line)}" is not of LightGBM.`);
      this.strange++;
      // The rest would say nothing new.
      if (this.strange >= maxStrange) this.refused = true;
    }
  }

  /** False for a line that does not belong there. */
  private take(line: string, at: number): boolean {
    if (line === '') return true;
    // LightGBM 2 writes a space.
    const importances = /^feature[_ ]importances:$/.test(line);
    if (this.part === 'header' || this.part === 'trees') {
      // Before 2.2, nothing else ended the trees.
      if (line !== 'end of trees' && !importances) return this.takeModel(line, at);
      this.endTree();
      this.header.check();
      this.ended = true;
      this.part = importances ? 'importances' : 'after';
      return true;
    }
    if (importances && this.part === 'after') this.part = 'importances';
    else if (line === 'parameters:' && this.part !== 'end') this.part = 'parameters';
    else if (line === 'end of parameters' && this.part === 'parameters') this.part = 'end';
    else if (this.part === 'parameters') return /^\[\w+: .*\]$|^\[\w+:\]$/.test(line);
    else if (this.part === 'importances' && /=\d+$/.test(line)) return true;
    else return this.takeCategories(line, at);
    return true;
  }

  /** The last line of the Python package; files that it wrote from a model of LightGBM 2.1 have no parameters. */
  private takeCategories(line: string, at: number): boolean {
    const [, text] = /^pandas_categorical:(.*)$/.exec(line) ?? [];
    if (text === undefined) return false;
    const problem = categoriesProblem(text);
    if (problem !== null) this.findings.add('lightgbm/end', at, `The list of categories of pandas ${problem}.`);
    this.part = 'end';
    return true;
  }

  private takeModel(line: string, at: number): boolean {
    if (/^Tree=\d+$/.test(line)) {
      this.endTree();
      if (this.part === 'header') this.header.check();
      this.part = 'trees';
      if (line !== `Tree=${this.trees}`) return false;
      this.tree = { at, fields: new Map() };
      this.trees++;
      return true;
    }
    if (this.part === 'header') return this.header.take(line, at);
    const [, key = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (key === '' || this.tree === null || this.tree.fields.has(key)) return false;
    this.tree.fields.set(key, value);
    return true;
  }

  private endTree(): void {
    if (this.tree === null) return;
    const { at, fields } = this.tree;
    this.tree = null;
    const problem = lightgbmTreeProblem(fields, this.header.features);
    if (typeof problem === 'string') this.findings.add('lightgbm/tree', at, `Tree ${this.trees - 1} ${problem}.`);
    else this.leaves += problem.leaves;
  }
}

/** What is wrong with the text behind `pandas_categorical:`, which Python parses; null when nothing is. */
function categoriesProblem(text: string): string | null {
  try {
    const categories = parseStrictJson(text);
    return categories === null || Array.isArray(categories) ? null : 'is no list';
  } catch (error) {
    if (error instanceof JsonError) return error.message;
    throw error;
  }
}
