import { TextDecoder } from 'node:util';
import type { Findings } from '../findings.ts';
import { codeKey } from './code-keys.ts';
import type { Format } from './format.ts';
import { Whole } from './whole.ts';

/** Largest document that is parsed. Bytes. */
const maxBytes = 256 * 1024;
/** YAML documents: configurations, environments, MLflow's `MLmodel`. */
export const yaml: Format = {
  id: 'yaml',
  title: 'YAML',
  extensions: ['yaml', 'yml'],
  detect: ({ extension, name, bytes }) =>
    (['yaml', 'yml'].includes(extension) || ['MLmodel', 'registered_model_meta'].includes(name)) && !bytes.includes(0),
  inspect: ({ findings }) =>
    new Whole(maxBytes, async (content, bytes) => {
      if (content === null)
        findings.add('yaml/invalid', null, `The document has ${bytes} bytes, which are not parsed.`);
      else await judge(content, findings);
      return { format: 'yaml', facts: {} };
    }),
};

async function judge(content: Buffer, findings: Findings): Promise<void> {
  let source: string;
  try {
    source = new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    findings.add('yaml/invalid', null, 'The document is not UTF-8.');
    return;
  }
  // Large, and most models have none.
  const { parseYaml } = await import('../yaml-document.ts');
  const parsed = parseYaml(source);
  if ('problem' in parsed) {
    findings.add(parsed.rule, null, `The document ${parsed.problem}.`);
    return;
  }
  const key = codeKey(parsed.value);
  if (key !== null) findings.add('yaml/remote-code', null, `The key ${key} names program code.`);
}
