import { Malformed } from './malformed.ts';
import type { Memo, MemoIndex } from './memo.ts';
import type { Value } from './values.ts';

/** What a pickle works on: a stack with marks, and a memo. */
export class ValueStack {
  stack: Value[] = [];
  marks: number[] = [];
  /** Height of the stack at the last MARK: opcodes cannot pop below it. */
  fence = 0;
  readonly memo: Memo;

  constructor(memo: Memo) {
    this.memo = memo;
  }

  push(value: Value): void {
    this.stack.push(value);
  }

  pop(): Value {
    if (this.stack.length <= this.fence) {
      throw new Malformed('takes a value from an empty stack');
    }
    return this.stack.pop() as Value;
  }

  /** The value on top. */
  top(): Value {
    if (this.stack.length <= this.fence) {
      throw new Malformed('needs a value, but the stack is empty');
    }
    return this.stack[this.stack.length - 1] as Value;
  }

  mark(): void {
    this.fence = this.stack.length;
    this.marks.push(this.fence);
  }

  /** Forgets the last MARK; returns the height of the stack at it. */
  popMark(): number {
    const mark = this.marks.pop();
    if (mark === undefined) {
      throw new Malformed('needs a MARK, but there is none');
    }
    this.fence = this.marks[this.marks.length - 1] ?? 0;
    return mark;
  }

  /** Takes all values above the last MARK. */
  popToMark(): Value[] {
    return this.stack.splice(this.popMark());
  }

  recall(index: MemoIndex): Value {
    const value = this.memo.get(index);
    if (value !== undefined) return value;
    throw new Malformed(`reads entry ${index} of the memo, which was never written`);
  }
}
