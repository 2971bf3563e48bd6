import { describe, expect, it } from 'vitest';
import { Budget } from '../../../src/model/budget.ts';
import { Findings } from '../../../src/model/findings.ts';
import { recognise } from '../../../src/model/formats/index.ts';
import { safetensors } from '../../../src/model/formats/safetensors.ts';
import { defaultPolicy } from '../../../src/model/policy.ts';
import type { CorpusCase } from '../corpus/case.ts';
import { safetensors as safetensorsFile, safetensorsCases, tensor } from '../corpus/safetensors.ts';

async function judge(content: Buffer, step = 5) {
  const findings = new Findings();
  const head = { bytes: content, size: content.length, name: 'model.safetensors', extension: 'safetensors' };
  const inspector = await safetensors.inspect({
    head,
    findings,
    policy: defaultPolicy,
    source: null,
    budget: new Budget(content.length),
    recognise,
  });
  for (let from = 0; from < content.length; from += step) await inspector.write(content.subarray(from, from + step));
  const { facts } = await inspector.end();
  return { verdict: findings.verdict, rules: findings.list().map(({ rule }) => rule), list: findings.list(), facts };
}

/** The only file of a case. */
function contentOf({ files }: CorpusCase): Buffer {
  const [content] = Object.values(files);
  if (!Buffer.isBuffer(content)) throw new Error('the case has another kind of content');
  return content;
}

describe('safetensors files, whatever the pieces they come in', () => {
  it.each(safetensorsCases.map((each) => [each.name, each] as const))('%s', async (_, each) => {
    const content = contentOf(each);
    for (const step of [content.length, 1, 5, 9]) {
      const { verdict, rules, list } = await judge(content, step);
      expect(verdict, JSON.stringify(list)).toBe(each.expect.verdict);
      expect(rules).toEqual(expect.arrayContaining([...each.expect.rules]));
    }
  });

  it('give their facts', async () => {
    const content = safetensorsFile(
      JSON.stringify({ b: tensor('F32', [2, 2], 4, 20), a: tensor('I16', [2], 0, 4) }),
      20,
    );
    expect((await judge(content)).facts).toMatchObject({ tensors: 2, parameters: 6, dtypes: ['F32', 'I16'] });
  });

  it('names the byte where a layout goes wrong', async () => {
    const content = safetensorsFile(JSON.stringify({ a: tensor('F32', [1], 0, 4) }), 10);
    const { list } = await judge(content);
    expect(list[0]?.offset).toBe(content.length - 6);
    expect(list[0]?.message).toContain('6 bytes behind the last tensor');
  });
});
