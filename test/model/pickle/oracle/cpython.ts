import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Answer } from './compare.ts';

/** A Python process that runs CPython's unpicklers over batches of pickles. */
export class CPython {
  /** `3.11.7` */
  readonly version: string;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;

  private constructor(child: ChildProcessWithoutNullStreams, lines: AsyncIterator<string>, version: string) {
    this.child = child;
    this.lines = lines;
    this.version = version;
  }

  static async start(python: string): Promise<CPython> {
    const script = fileURLToPath(new URL('oracle.py', import.meta.url));
    const child = spawn(python, ['-I', '-W', 'ignore', script], { stdio: ['pipe', 'pipe', 'pipe'] });
    const errors: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await Promise.race([
      lines.next(),
      once(child, 'error').then(([error]) => Promise.reject(error as Error)),
    ]);
    if (first.done === true) throw new Error(`${python} does not start: ${Buffer.concat(errors).toString()}`);
    return new CPython(child, lines, (JSON.parse(first.value) as number[]).join('.'));
  }

  /** The answers of the three readers to each pickle. */
  async judge(batch: readonly Buffer[]): Promise<Answer[][]> {
    const parts: Buffer[] = [number(batch.length)];
    for (const content of batch) parts.push(number(content.length), content);
    this.child.stdin.write(Buffer.concat(parts));
    const answers: Answer[][] = [];
    while (answers.length < batch.length) {
      const line = await this.lines.next();
      if (line.done === true) throw new Error(`Python ended at ${batch[answers.length]?.toString('hex') ?? ''}`);
      answers.push(JSON.parse(line.value, withoutSurrogates) as Answer[]);
    }
    return answers;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.stdin.end();
    await ended;
  }
}

function number(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

/** Lone surrogates, which UTF-8 has no bytes for, as a decoder shows them. */
function withoutSurrogates(_: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll(/\p{Cs}/gu, '\u{fffd}\u{fffd}\u{fffd}') : value;
}
