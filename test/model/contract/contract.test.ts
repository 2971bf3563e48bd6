import { describe, expect, it } from 'vitest';
import { effectiveContract } from '../../../src/contract/served.ts';
import { declaredContract, previousContract } from '../../../src/model/contract/checks.ts';
import { askedContract } from '../../../src/contract/asked.ts';
import { compareContracts } from '../../../src/contract/compare.ts';
import { Findings } from '../../../src/model/findings.ts';
import { defaultPolicy, type Policy } from '../../../src/model/policy.ts';
import type { Contract, TensorSpec } from '../../../src/pipeline/evidence.ts';

const x: TensorSpec = { name: 'x', dtype: 'float32', shape: [null, 4] };
const y: TensorSpec = { name: 'y', dtype: 'int64', shape: [null] };
const contract: Contract = { inputs: [x], outputs: [y], source: 'onnx' };

function differences(after: Partial<Contract>, before: Partial<Contract> = {}): string[] {
  return compareContracts({ ...contract, ...before }, { ...contract, ...after }).map(
    ({ breaking, text }) => `${breaking ? 'breaking' : 'compatible'}: ${text}`,
  );
}

describe('two contracts', () => {
  it.each<[string, Partial<Contract>, string[]]>([
    ['nothing', {}, []],
    [
      'the type of an input',
      { inputs: [{ ...x, dtype: 'float64' }] },
      ['breaking: the input "x" is float64 instead of float32'],
    ],
    [
      'the type of an output',
      { outputs: [{ ...y, dtype: 'int32' }] },
      ['breaking: the output "y" is int32 instead of int64'],
    ],
    ['the rank', { inputs: [{ ...x, shape: [4] }] }, ['breaking: the input "x" has the shape [4] instead of [?, 4]']],
    [
      'a size',
      { inputs: [{ ...x, shape: [null, 5] }] },
      ['breaking: the input "x" has 5 instead of 4 in dimension 1 of [?, 5]'],
    ],
    [
      'a batch that becomes fixed',
      { inputs: [{ ...x, shape: [1, 4] }] },
      ['breaking: the input "x" has 1 instead of any size in dimension 0 of [1, 4]'],
    ],
    [
      'a size that becomes free',
      { inputs: [{ ...x, shape: [null, null] }] },
      ['compatible: the input "x" has any size instead of 4 in dimension 1 of [?, ?]'],
    ],
    [
      'an output that becomes fixed',
      { outputs: [{ ...y, shape: [3] }] },
      ['compatible: the output "y" has 3 instead of any size in dimension 0 of [3]'],
    ],
    ['an input more', { inputs: [x, y] }, ['breaking: the input "y" (int64 [?]) is new']],
    ['an output more', { outputs: [y, x] }, ['compatible: the output "x" (float32 [?, 4]) is new']],
    ['an output less', { outputs: [] }, ['breaking: the output "y" (int64 [?]) is gone']],
    [
      'another name',
      { inputs: [{ ...x, name: 'a\u0000' }] },
      [
        'breaking: the input "x" (float32 [?, 4]) is gone',
        expect.stringMatching(/^breaking: the input "a[^\u0000]+" \(float32 \[\?, 4\]\) is new$/) as string,
      ],
    ],
  ])('differ by %s', (_, after, expected) => {
    expect(differences(after)).toEqual(expected);
  });

  it('differ in an output that becomes free', () => {
    expect(differences({}, { outputs: [{ ...y, shape: [3] }] })).toEqual([
      expect.stringMatching(/^breaking: the output "y" has any size instead of 3/),
    ]);
  });
});

function judged(found: Contract | null, policy: Partial<Policy>): [string, string | undefined][] {
  const findings = new Findings();
  const entry = { path: 'model.onnx', file: null, problems: [] };
  const inspected = { format: 'onnx', facts: {}, ...(found === null ? {} : { contract: found }) };
  const file = { entry, inspected, findings, bytes: 1, sha256: '' };
  const model = { path: '.', root: '.', isFolder: false, files: [file], bytes: 1, contract: found };
  for (const check of [declaredContract, previousContract]) check(model, { ...defaultPolicy, ...policy });
  return findings.list().map(({ rule, message }) => [rule, message.split('. ')[0]]);
}

const digest = `sha256:${'a'.repeat(64)}`;
const previous = { digest, bytes: 1, contract };

describe('the declared contract', () => {
  it('has to be the one of the files, side by side, unless code of the project stands between', () => {
    const declared: Contract = { inputs: [{ ...x, dtype: 'float64' }], outputs: [], source: 'declared' };
    expect(judged(contract, { declared })).toEqual([
      [
        'contract/declared',
        'In onnx, unlike model.inputs and model.outputs, the input "x" is float32 instead of float64',
      ],
    ]);
    expect(judged(contract, { declared: { ...declared, inputs: [{ ...x, shape: [8, 4] }] } })).toEqual([]);
    expect(judged(contract, { declared, ownEntry: true })).toEqual([]);
    expect(judged(null, { declared })).toEqual([]);
  });
});

describe('the contract of the previous release', () => {
  const changed: Contract = { ...contract, inputs: [{ ...x, dtype: 'float64' }] };

  it('fails on a breaking change, with the exact difference', () => {
    expect(judged(contract, { previous })).toEqual([]);
    expect(judged(changed, { previous })).toEqual([
      ['contract/breaking', `Since the previous release (${digest}), the input "x" is float64 instead of float32`],
    ]);
  });

  it('is acknowledged for this one release', () => {
    const reason = 'all clients send both';
    expect(judged(changed, { previous, acknowledged: { previous: digest, reason } })).toMatchObject([
      ['contract/acknowledged', {}],
    ]);
    const other = { previous: `sha256:${'b'.repeat(64)}`, reason };
    expect(judged(changed, { previous, acknowledged: other })).toMatchObject([['contract/breaking', {}]]);
  });

  it('tells a compatible change, and asks when nothing can be compared', () => {
    expect(judged({ ...contract, outputs: [y, x] }, { previous })).toMatchObject([['contract/compatible', {}]]);
    expect(judged(null, { previous })).toEqual([
      ['contract/unknown', 'The previous release told its inputs and outputs; this one does not'],
    ]);
    const declared = { ...contract, source: 'declared' };
    expect(judged(null, { previous, declared })).toEqual([]);
  });
});

describe('the contract of an estimator, which has no names', () => {
  const rows = { name: 'inputs', dtype: 'float64', shape: [null, 4] };
  const labels = { name: 'outputs', dtype: 'int64', shape: [null] };
  const estimator: Contract = { inputs: [rows], outputs: [labels], source: 'scikit-learn' };

  it.each<[string, Contract, string[]]>([
    ['the same under other names', { ...estimator, inputs: [{ ...rows, name: 'features' }], source: 'declared' }, []],
    [
      'labels of another type',
      { ...estimator, outputs: [{ ...labels, dtype: 'string' }] },
      ['the output "outputs" is string instead of int64'],
    ],
    [
      'a column more',
      { ...estimator, inputs: [{ ...rows, shape: [null, 5] }] },
      ['the input "inputs" has 5 instead of 4 in dimension 1 of [?, 5]'],
    ],
  ])('%s', (_, after, breaking) => {
    expect(compareContracts(estimator, after).map(({ text }) => text)).toEqual(breaking);
  });

  it.each<[string, Partial<Contract>, string | null]>([
    ['another name and type', { inputs: [{ name: 'features', dtype: 'float32', shape: [null, 4] }] }, null],
    ['another answer', { outputs: [{ name: 'probabilities', dtype: 'float64', shape: [null, 3] }] }, null],
    ['several inputs', { inputs: [x, y] }, null],
    ['text', { inputs: [{ name: 'text', dtype: 'string', shape: [null] }] }, null],
    [
      'another width',
      { inputs: [{ name: 'features', dtype: 'float32', shape: [null, 3] }] },
      'the input "features" has 4 instead of 3 in dimension 1 of [?, 4]',
    ],
  ])('is held against a declaration of %s', (_, declared, problem) => {
    const found = judged(estimator, { declared: { inputs: [], outputs: [], source: 'declared', ...declared } });
    expect(found).toEqual(problem === null ? [] : [['contract/declared', expect.stringContaining(problem) as string]]);
  });

  it('may be missing in the next release, and gives way to a declaration', () => {
    const before = { digest, bytes: 1, contract: estimator };
    expect(judged(null, { previous: before })).toEqual([]);
    expect(judged({ ...estimator, outputs: [] }, { previous: before })).toEqual([]);
    const declared: Contract = { inputs: [x], outputs: [], source: 'declared' };
    expect(effectiveContract(declared, estimator)).toEqual(declared);
    expect(effectiveContract(declared, contract)).toEqual({ ...declared, outputs: [y] });
  });

  it('says what to ask, and not what the server answers', () => {
    expect(askedContract(estimator)).toEqual({ ...estimator, outputs: [] });
    expect(askedContract(contract)).toEqual(contract);
    expect(askedContract(null)).toBeNull();
  });
});
