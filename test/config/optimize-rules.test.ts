import { expect, it } from 'vitest';

import { parseConfig } from '../../src/config/load.ts';

const parse = (optimize: string) =>
  parseConfig(
    `version: 1\nname: fraud\nmodel: {path: model/}\nimage: {repository: ghcr.io/acme/fraud}\noptimize: {${optimize}}\n`,
    'mldeploy.yaml',
    null,
  ).optimize;

it('nothing changes a model unless it is asked for', () => {
  expect(parse('')).toEqual({
    bf16: false,
    drop: [],
    quantize: null,
    float16: false,
    prune: null,
    tolerance: { absolute: 0, relative: 0.05, agreement: 0.99, top: null },
  });
});

it('what goes together is taken', () => {
  expect(parse('quantize: int8, prune: 0.3, bf16: true, tolerance: {top: 0.9, absolute: 1.0e-3}')).toMatchObject({
    quantize: 'int8',
    prune: 0.3,
    tolerance: { absolute: 0.001, relative: 0.05, agreement: 0.99, top: 0.9 },
  });
});

it.each([
  ['float16: true, quantize: int8', /optimize\.float16 .*another type of number than `optimize\.quantize`/],
  ['float16: true, bf16: true', /optimize\.float16 .*another type of number than `optimize\.bf16`/],
  ['bf16: true, tolerance: {relative: 0.1}', /optimize\.tolerance .*changes that nothing makes/],
  ['prune: null, tolerance: {relative: 0.1}', /optimize\.tolerance .*changes that nothing makes/],
  ['prune: 1', /optimize\.prune/],
  ['prune: 0', /optimize\.prune/],
  ['quantize: int4', /optimize\.quantize/],
  ['quantize: int8, tolerance: {agreement: 2}', /optimize\.tolerance\.agreement/],
])('{%s} is refused', (optimize, message) => {
  expect(() => parse(optimize)).toThrow(message);
});
