import { Session, type Profiler } from 'node:inspector/promises';

/** Which blocks of the code under test ran, as V8 counts them: no instrumentation, no build. */
export class Coverage {
  private readonly session = new Session();
  private readonly reached = new Set<string>();
  private readonly part: string;

  private constructor(part: string) {
    this.part = part;
  }

  /** Starts counting; `part` is a part of the path of the files that count. Code that was loaded before is counted by functions only. */
  static async start(part: string): Promise<Coverage> {
    const coverage = new Coverage(part);
    coverage.session.connect();
    await coverage.session.post('Profiler.enable');
    await coverage.session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    return coverage;
  }

  /** Blocks that ran since the last look and are not known yet. */
  async unknown(): Promise<readonly string[]> {
    const { result } = await this.session.post('Profiler.takePreciseCoverage');
    const keys: string[] = [];
    for (const { url, functions } of result) {
      if (!url.includes(this.part)) continue;
      for (const { ranges } of functions) for (const block of ranges) this.collect(url, block, keys);
    }
    return keys;
  }

  /** Makes blocks known. */
  learn(keys: readonly string[]): void {
    for (const key of keys) this.reached.add(key);
  }

  /** Blocks that ever ran. */
  get blocks(): number {
    return this.reached.size;
  }

  private collect(url: string, { startOffset, endOffset, count }: Profiler.CoverageRange, keys: string[]): void {
    if (count === 0) return;
    // How often, in powers of 4: a loop that runs many times as often is something new.
    const key = `${url}:${startOffset}:${endOffset}:${Math.floor(Math.log2(count) / 2)}`;
    if (!this.reached.has(key)) keys.push(key);
  }
}
