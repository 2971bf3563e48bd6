import type { Ask } from '../protocol.ts';
import { malformedAsk, unreadable } from '../unreadable.ts';
import { asObject } from '../json.ts';
import { type Resolve, type Schema, typesOf } from './schema.ts';

const largestProbe = 32 * 1024 * 1024;

/** How the name begins of the request that is larger than the server's limit: here a server may also hang up. */
export const tooLarge = 'a body above server.maxBody';

/**
 * Requests that a server must refuse: each breaks the description in one way. `valid` is a body that fits (undefined: none is known); what cannot be broken for
 * sure (a schema that allows anything) is left out.
 */
export function malformedAsks(
  path: string,
  schema: Schema,
  valid: unknown,
  resolve: Resolve,
  maxBodyBytes: number | null,
): Ask[] {
  const ask = (name: string, body: string): Ask => malformedAsk(path, name, body);
  const top = resolve(schema);
  const asks = [...unreadable(path)];
  const types = typesOf(top);
  if (types.length > 0 && !types.includes('string')) asks.push(ask('a text instead of the whole body', '"text"'));
  if ((top.required ?? []).length > 0) asks.push(ask('an object without its required fields', '{}'));
  const textual = breakFirst(top, valid, resolve, textForNumber);
  if (textual.changed) asks.push(ask('a text where a number belongs', JSON.stringify(textual.value)));
  const longer = breakFirst(top, valid, resolve, oneTooMany);
  if (longer.changed) asks.push(ask('one value too many in a row', JSON.stringify(longer.value)));
  if (valid !== undefined && maxBodyBytes !== null && maxBodyBytes <= largestProbe) {
    asks.push(
      ask(
        `${tooLarge} (${maxBodyBytes.toLocaleString('en')} bytes)`,
        JSON.stringify(valid).padEnd(maxBodyBytes + 1024, ' '),
      ),
    );
  }
  return asks;
}

interface Broken {
  readonly changed: boolean;
  readonly value: unknown;
}

type Break = (schema: Schema, value: unknown) => Broken;

/** Breaks the first place (in document order) where `rule` applies. */
function breakFirst(unresolved: Schema, value: unknown, resolve: Resolve, rule: Break): Broken {
  const schema = resolve(unresolved);
  const here = rule(schema, value);
  if (here.changed) return here;
  if (Array.isArray(value) && schema.items !== undefined && value.length > 0) {
    const first = breakFirst(schema.items, value[0], resolve, rule);
    return first.changed ? { changed: true, value: [first.value, ...(value as unknown[]).slice(1)] } : here;
  }
  const object = asObject(value);
  for (const [name, item] of Object.entries(object ?? {})) {
    const part = schema.properties?.[name];
    if (part === undefined) continue;
    const inner = breakFirst(part, item, resolve, rule);
    if (inner.changed) return { changed: true, value: { ...object, [name]: inner.value } };
  }
  return here;
}

const textForNumber: Break = (schema, value) => {
  // A missing number is often allowed to be null.
  const types = typesOf(schema).filter((type) => type !== 'null');
  const numeric = types.length > 0 && types.every((type) => type === 'number' || type === 'integer');
  return numeric && typeof value === 'number' ? { changed: true, value: 'not a number' } : { changed: false, value };
};

const oneTooMany: Break = (schema, value) =>
  Array.isArray(value) && schema.maxItems === value.length && schema.minItems === value.length && value.length > 0
    ? { changed: true, value: [...(value as unknown[]), value[0]] }
    : { changed: false, value };
