/** Gets to see a payload while it streams past. */
export interface Sink {
  write(bytes: Buffer): void;
  end(): unknown;
}

/** Takes bytes inside a pickle that are not opcodes. */
export interface Consumer {
  /** What it takes, for messages: `a bytes object of 12 bytes`. */
  readonly title: string;
  readonly done: boolean;
  /** Takes bytes of `buffer` from index `from` on; returns how many. */
  take(buffer: Buffer, from: number): number;
  /** Called once, when all bytes were taken. */
  finish(): void;
}

/** A payload of known length. */
export class Payload implements Consumer {
  readonly title: string;
  private remaining: number;
  private readonly sinks: readonly Sink[];
  private readonly finished: () => void;

  constructor(length: number, sinks: readonly Sink[], finished: () => void) {
    this.title = `a payload of ${length} bytes`;
    this.remaining = length;
    this.sinks = sinks;
    this.finished = finished;
  }

  get done(): boolean {
    return this.remaining === 0;
  }

  take(buffer: Buffer, from: number): number {
    const taken = Math.min(this.remaining, buffer.length - from);
    this.remaining -= taken;
    if (this.sinks.length > 0) {
      const bytes = buffer.subarray(from, from + taken);
      for (const sink of this.sinks) sink.write(bytes);
    }
    return taken;
  }

  finish(): void {
    for (const sink of this.sinks) sink.end();
    this.finished();
  }
}

/** The frame in which a line begins. */
export interface FrameOfLine {
  /** Bytes of the line that fit into the frame, its end included. */
  readonly left: number;
  /** The frame is over and the line is not; `rest` is what follows the frame. Returns whether the line ends here for this reader. */
  crossed(rest: Buffer): boolean;
}

/** A text line that is too long to be kept. */
export class LongLine implements Consumer {
  readonly title = 'a line of text';
  done = false;
  private length = 0;
  private frame: FrameOfLine | null;
  private ended = true;
  private readonly check: Sink | null;
  private readonly finished: (length: number) => void;

  constructor(check: Sink | null, frame: FrameOfLine | null, finished: (length: number) => void) {
    this.check = check;
    this.frame = frame;
    this.finished = finished;
  }

  take(buffer: Buffer, from: number): number {
    const end = buffer.indexOf(10, from);
    if (this.frame !== null) {
      const { frame } = this;
      const frameEnd = from + frame.left - this.length;
      if (frameEnd <= buffer.length && (end < 0 || end >= frameEnd)) {
        this.frame = null;
        if (frame.crossed(buffer.subarray(frameEnd))) {
          this.done = true;
          this.ended = false;
          return frameEnd - from;
        }
      }
    }
    const taken = (end < 0 ? buffer.length : end) - from;
    this.length += taken;
    this.check?.write(buffer.subarray(from, from + taken));
    this.done = end >= 0;
    return this.done ? taken + 1 : taken;
  }

  finish(): void {
    if (this.ended) this.finished(this.length);
  }
}
