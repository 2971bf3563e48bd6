import type { Verdict } from '../../../../src/pipeline/evidence.ts';
import * as p from '../assembler.ts';

/** A pickle that must not be called clean. */
export interface Malicious {
  readonly name: string;
  readonly content: Buffer;
  readonly verdict: Verdict;
  /** A rule that must be among the findings. */
  readonly rule: string;
}

export const dangerous = 'pickle/dangerous-global';

/** A whole pickle that calls os.system. */
export const evil = p.bytes(p.proto(4), p.payload, p.stop);

/** A pickle that names something dangerous. */
export function evilBy(name: string, ...parts: readonly p.Part[]): Malicious {
  return { name, content: p.bytes(...parts), verdict: 'unsafe', rule: dangerous };
}

/** A pickle that is refused for another reason. */
export function refused(name: string, verdict: Verdict, rule: string, ...parts: readonly p.Part[]): Malicious {
  return { name, content: p.bytes(...parts), verdict, rule };
}
