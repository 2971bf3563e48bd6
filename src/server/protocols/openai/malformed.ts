import { asObject, parseJson } from '../json.ts';
import type { Ask } from '../protocol.ts';
import { malformedAsk, unreadable } from '../unreadable.ts';
import type { Operation } from './operations.ts';

/** Requests that this kind does not allow. */
export function malformedAsks({ path, field, asks }: Operation, model: string): Ask[] {
  const body = parseJson(asks(model)[0]?.request.body ?? '{}');
  const valid = 'value' in body ? asObject(body.value) : null;
  return [
    ...unreadable(path),
    malformedAsk(path, 'an object without its required fields', { model }),
    malformedAsk(path, `a number instead of ${field}`, { ...valid, [field]: 42 }),
    malformedAsk(path, 'a text where a number belongs', { ...valid, max_tokens: 'many', dimensions: 'many' }),
  ];
}
