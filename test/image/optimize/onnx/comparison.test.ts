import { describe, expect, it } from 'vitest';

import type { OptimizeTolerance } from '../../../../src/config/config.ts';
import { judged, refuseOtherAnswers } from '../../../../src/image/optimize/onnx/comparison.ts';
import type { LabelFacts, NumberFacts } from '../../../../src/image/optimize/onnx/outcome.ts';

const tolerance: OptimizeTolerance = { absolute: 0, relative: 0.05, agreement: 0.99, top: null };
const numbers: NumberFacts = {
  name: 'p',
  kind: 'numbers',
  items: 100,
  unlike: 0,
  largest: 0.5,
  scale: 10,
  rows: 50,
  moved: 1,
};
const labels: LabelFacts = { name: 'label', kind: 'labels', items: 100, unlike: 1 };

const within = (facts: LabelFacts | NumberFacts, changed: Partial<OptimizeTolerance> = {}): boolean =>
  judged(facts, { ...tolerance, ...changed }).within;

describe('an output', () => {
  it('of numbers may be off by a share of its largest one, or by an absolute number', () => {
    expect(within(numbers)).toBe(true);
    expect(within({ ...numbers, largest: 0.501 })).toBe(false);
    expect(within({ ...numbers, largest: 0.501 }, { absolute: 0.51 })).toBe(true);
    expect(within({ ...numbers, largest: 0, scale: 0 }, { relative: 0 })).toBe(true);
  });

  it('of numbers has them all: one that is not finite in only one of both is beyond any tolerance', () => {
    expect(within({ ...numbers, unlike: 1 }, { relative: 100 })).toBe(false);
  });

  it('of scores may have another largest one per row, unless `top` says how many', () => {
    expect(within({ ...numbers, moved: 50 })).toBe(true);
    expect(within(numbers, { top: 0.98 })).toBe(true);
    expect(within(numbers, { top: 0.99 })).toBe(false);
    expect(within({ ...numbers, rows: 0, moved: 0 }, { top: 1 })).toBe(true);
  });

  it('of labels has the share of equal ones', () => {
    expect(within(labels)).toBe(true);
    expect(within({ ...labels, unlike: 2 })).toBe(false);
    expect(within({ ...labels, items: 0, unlike: 0 }, { agreement: 1 })).toBe(true);
  });
});

describe('the error', () => {
  const comparison = {
    path: 'model.onnx',
    questions: 'made-up',
    calls: 4,
    bytesBefore: 4_000_000,
    bytesAfter: 1_000_000,
    latencyMs: { before: 1.2345, after: 0.5 },
  } as const;

  it('has the whole comparison', () => {
    const outputs = [judged(labels, tolerance), judged({ ...numbers, largest: 2 }, tolerance)];
    const refuse = (): void => refuseOtherAnswers({ ...comparison, outputs });
    expect(refuse).toThrow(
      [
        'model.onnx answers too differently after optimize',
        'model.onnx before and after, asked with made-up numbers (4 calls): 4.0\u00a0MB and 1.0\u00a0MB; median of a call 1.23 ms and 0.5 ms.',
        '- label: 99 of 100 labels equal; allowed: 99 % or more',
        '- p: up to 2 (20 % of 10); 49 of 50 rows with the same largest number (beyond the tolerance); allowed: up to 0.5',
      ].join('\n'),
    );
  });

  it('is none when every output is within', () => {
    refuseOtherAnswers({ ...comparison, outputs: [judged(labels, tolerance), judged(numbers, tolerance)] });
  });
});
