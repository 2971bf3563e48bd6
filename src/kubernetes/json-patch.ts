import { isDeepStrictEqual } from 'node:util';
import type { JsonPatch, KubeObject } from './api.ts';

/**
 * True when a JSON Patch would change nothing: each value that it sets is there, and nothing that it removes. Insertions into lists count as
 * changes, and a `test` as none.
 */
export function isApplied(patch: JsonPatch, object: KubeObject): boolean {
  return patch.every((operation) => {
    const keys = operation.path
      .split('/')
      .slice(1)
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = keys.pop() ?? '';
    const parent = keys.reduce<unknown>(
      (node, key) => (node as Readonly<Record<string, unknown>> | undefined)?.[key],
      object,
    );
    const present = (parent as Readonly<Record<string, unknown>> | undefined)?.[last];
    if (operation.op === 'remove') return present === undefined;
    if (operation.op === 'test') return true;
    return !(operation.op === 'add' && Array.isArray(parent)) && isDeepStrictEqual(present, operation.value);
  });
}
