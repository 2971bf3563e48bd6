import type { Json } from '../strict-json.ts';

/** Keys by which libraries find code to import: Hugging Face's `auto_map`, Hydra's `_target_`. */
const codeKeys = ['auto_map', '_target_', 'custom_pipelines', 'trust_remote_code'];

/** The first key, at any depth, that names code; null without. */
export function codeKey(value: Json): string | null {
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
