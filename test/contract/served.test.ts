import { expect, test } from 'vitest';

import type { Config } from '../../src/config/config.ts';
import { servedContract } from '../../src/contract/served.ts';
import type { Contract, TensorSpec, ValidateEvidence } from '../../src/pipeline/evidence.ts';
import { renderConfig } from '../../src/server/triton/config.ts';
import { config as base } from '../smoke/fixture/project.ts';

const tensor = (name: string): TensorSpec => ({ name, dtype: 'float32', shape: [null, 2] });
const [x, y, other] = [tensor('x'), tensor('y'), tensor('other')];
const onnx: Contract = { inputs: [x], outputs: [y], source: 'onnx' };
const estimator: Contract = { ...onnx, source: 'scikit-learn' };
const declaring = (inputs: readonly TensorSpec[] | null, outputs: readonly TensorSpec[] | null): Config => ({
  ...base,
  model: { ...base.model, inputs, outputs },
});
const evidence = (contract: Contract | null) => ({ contract }) as ValidateEvidence;

test('what is declared, and for a side that is not, what the files tell', () => {
  const of = (config: Config, contract: Contract | null) => servedContract(config, evidence(contract));
  expect(of(declaring(null, null), null)).toBeNull();
  expect(of(declaring(null, null), onnx)).toEqual(onnx);
  expect(of(declaring([other], [other]), onnx)).toEqual({ inputs: [other], outputs: [other], source: 'declared' });
  expect(of(declaring(null, [other]), onnx)).toEqual({ inputs: [x], outputs: [other], source: 'declared' });
  expect(of(declaring([other], null), onnx)).toEqual({ inputs: [other], outputs: [y], source: 'declared' });
  expect(of(declaring([other], null), estimator)).toEqual({ inputs: [other], outputs: [], source: 'declared' });
  expect(of(declaring([x], [y]), null)?.source).toBe('declared');
  expect(servedContract(declaring(null, [other]), null)).toEqual({ inputs: [], outputs: [other], source: 'declared' });
});

test('the configuration of a server is made from it: outputs alone may be declared', () => {
  const text = renderConfig(declaring(null, [other]), evidence(onnx), 'onnxruntime');
  expect(text).toContain('name: "x"');
  expect(text).toContain('name: "other"');
  expect(text).not.toContain('name: "y"');
});
