import { asArray, asObject } from '../json.ts';
import type { Ask } from '../protocol.ts';
import { malformedAsk, unreadable } from '../unreadable.ts';

/** Requests that the protocol does not allow; with `valid`, a body that fits, also ones that break it in one place. */
export function malformedAsks(path: string, valid: Readonly<Record<string, unknown>> | null): Ask[] {
  const asks = [...unreadable(path), malformedAsk(path, 'an object without its required fields', {})];
  const inputs = asArray(valid?.['inputs']);
  const first = asObject(inputs?.[0]);
  if (inputs === null || first === null) return asks;
  const data = asArray(first['data']) ?? [];
  const changed = (name: string, change: Record<string, unknown>): Ask =>
    malformedAsk(path, name, { ...valid, inputs: [{ ...first, ...change }, ...inputs.slice(1)] });
  if (typeof data[0] === 'number')
    asks.push(changed('a text where a number belongs', { data: ['not a number', ...data.slice(1)] }));
  asks.push(
    changed('more data than its shape says', { data: [...data, data[0]] }),
    changed('a type that does not exist', { datatype: 'FP31' }),
    malformedAsk(path, 'no inputs', { ...valid, inputs: [] }),
  );
  return asks;
}
