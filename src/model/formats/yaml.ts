import { TextDecoder } from 'node:util';
import type { Findings } from '../findings.ts';
import type { Json } from '../strict-json.ts';
import { codeKey } from './code-keys.ts';
import type { Format, Inspector } from './format.ts';
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
    yamlInspector(findings, maxBytes, (value) => {
      const key = codeKey(value);
      if (key !== null) findings.add('yaml/remote-code', null, `The key ${key} names program code.`);
    }),
};

/** Reads a YAML document of at most so many bytes and hands on its value; what cannot be read is a finding. */
export function yamlInspector(findings: Findings, most: number, check: (value: Json) => void): Inspector {
  return new Whole(most, async (content, bytes) => {
    const source = content === null ? null : decoded(content);
    if (content === null) findings.add('yaml/invalid', null, `The document has ${bytes} bytes, which are not parsed.`);
    else if (source === null) findings.add('yaml/invalid', null, 'The document is not UTF-8.');
    if (source === null) return { format: 'yaml', facts: {} };
    // Large, and most models have none.
    const { parseYaml } = await import('../yaml-document.ts');
    const parsed = parseYaml(source);
    if ('problem' in parsed) findings.add(parsed.rule, null, `The document ${parsed.problem}.`);
    else check(parsed.value);
    return { format: 'yaml', facts: {} };
  });
}

function decoded(content: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return null;
  }
}
