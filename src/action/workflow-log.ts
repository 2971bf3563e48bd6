import { randomBytes } from 'node:crypto';

/** Receives whole lines without their line break. */
export type WriteLine = (line: string) => void;

/** What the runner could read as a command: `::name` after blanks, or the old form `##[name]` anywhere. */
const looksLikeCommand = /^\s*::|##\[/;

/** The runner ends a line at any of these, so a text with a lone carriage return is several lines to it. */
const lineBreak = /\r\n|[\r\n\u0085\u2028\u2029]/;

/**
 * The log of a workflow step. Text that is not ours, or that merely looks like a workflow command, is written while the runner's
 * commands are stopped by a random token, so that nothing printed by a model, a pod or a program can set outputs or forge annotations.
 */
export class WorkflowLog {
  readonly #write: WriteLine;
  #token: string | null = null;
  #inGroup = false;

  constructor(write: WriteLine) {
    this.#write = write;
  }

  /** Writes text of ours; lines that look like commands are kept from the runner. */
  text(text: string): void {
    for (const line of text.split(lineBreak)) {
      if (looksLikeCommand.test(line)) this.#stopCommands();
      else this.#resumeCommands();
      this.#write(line);
    }
  }

  /** Writes text that somebody else made; always kept from the runner. */
  untrusted(text: string): void {
    this.#stopCommands();
    for (const line of text.split(lineBreak)) this.#write(line);
  }

  /** Begins a foldable group; groups do not nest, so an open one ends. */
  group(title: string): void {
    this.endGroup();
    this.#resumeCommands();
    this.#write(`::group::${escapeData(title)}`);
    this.#inGroup = true;
  }

  /** Ends the open group, if any. */
  endGroup(): void {
    if (!this.#inGroup) return;
    this.#resumeCommands();
    this.#write('::endgroup::');
    this.#inGroup = false;
  }

  /** Shows a message on the run's page; the runner keeps ten of each level per step. */
  annotate(level: 'notice' | 'warning' | 'error', title: string, message: string, file?: string): void {
    this.#resumeCommands();
    const properties = [`title=${escapeProperty(title)}`];
    if (file !== undefined) properties.unshift(`file=${escapeProperty(file)}`);
    this.#write(`::${level} ${properties.join(',')}::${escapeData(message)}`);
  }

  /** Makes the runner replace a value by `***` everywhere. */
  mask(value: string): void {
    this.#resumeCommands();
    this.#write(`::add-mask::${escapeData(value)}`);
  }

  /** Lets the runner read commands again and ends the open group; to be called before others write commands. */
  settle(): void {
    this.#resumeCommands();
    this.endGroup();
  }

  #stopCommands(): void {
    if (this.#token !== null) return;
    this.#token = randomBytes(16).toString('hex');
    this.#write(`::stop-commands::${this.#token}`);
  }

  #resumeCommands(): void {
    if (this.#token === null) return;
    this.#write(`::${this.#token}::`);
    this.#token = null;
  }
}

const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
