import { TextDecoder } from 'node:util';
import { JsonError, parseStrictJson, type Json } from '../strict-json.ts';
import type { Facts, Format, Inspector, InspectContext } from './format.ts';

/** Largest JSON document that is parsed. Bytes. */
const maxBytes = 64 * 1024 * 1024;

/** Keys by which libraries find code to import: Hugging Face's `auto_map`, Hydra's `_target_`. */
const codeKeys = ['auto_map', '_target_', 'custom_pipelines', 'trust_remote_code'];

/** JSON documents: configurations, tokenizers, golden files. Models in JSON are recognised, not checked. */
export const json: Format = {
  id: 'json',
  title: 'JSON',
  extensions: ['json'],
  detect: ({ extension, bytes }) => extension === 'json' && bytes.length > 0,
  inspect: (context) => new JsonInspector(context),
};

class JsonInspector implements Inspector {
  private readonly context: InspectContext;
  private chunks: Buffer[] = [];
  private bytes = 0;

  constructor(context: InspectContext) {
    this.context = context;
  }

  write(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > maxBytes) this.chunks = [];
    else this.chunks.push(Buffer.from(chunk));
  }

  end(): { format: string; facts: Facts } {
    const { findings } = this.context;
    if (this.bytes > maxBytes) {
      findings.add('json/invalid', null, `The document has more than ${maxBytes} bytes, which are not parsed.`);
      return { format: 'json', facts: {} };
    }
    const value = this.parse(Buffer.concat(this.chunks));
    if (value === undefined) return { format: 'json', facts: {} };
    const key = codeKey(value);
    if (key !== null) findings.add('json/remote-code', null, `The key ${key} names program code.`);
    if (value instanceof Map && value.has('learner')) {
      findings.add('format/unsupported', null, 'This is an XGBoost model in JSON.');
      return { format: 'xgboost-json', facts: {} };
    }
    return { format: 'json', facts: {} };
  }

  private parse(content: Buffer): Json | undefined {
    const { findings } = this.context;
    try {
      return parseStrictJson(new TextDecoder('utf-8', { fatal: true }).decode(content));
    } catch (error) {
      const where = error instanceof JsonError ? error.offset : null;
      findings.add(
        'json/invalid',
        where,
        `The document ${error instanceof JsonError ? error.message : 'is not UTF-8'}.`,
      );
      return undefined;
    }
  }
}

/** The first key, at any depth, that names code; null without. */
function codeKey(value: Json): string | null {
  const waiting: Json[] = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next instanceof Map) {
      for (const [key, item] of next as ReadonlyMap<string, Json>) {
        if (codeKeys.includes(key) && item !== null && item !== false) return key;
        waiting.push(item);
      }
    } else if (Array.isArray(next)) {
      for (const item of next as readonly Json[]) waiting.push(item);
    }
  }
  return null;
}
