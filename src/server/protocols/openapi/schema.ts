import { asObject } from '../json.ts';

/** The parts of JSON Schema (OpenAPI 3.0 and 3.1) that say what a request and an answer look like. Unknown keywords are ignored. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number | boolean;
  readonly exclusiveMaximum?: number | boolean;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly $ref?: string;
}

/** A schema with references inside one document taken away at its top; nested ones are resolved when they are reached. */
export type Resolve = (schema: Schema) => Schema;

/**
 * Follows `$ref` inside `document` (JSON Pointer fragments only; others, and chains longer than 32, resolve to "anything goes") and
 * merges `allOf`.
 */
export function resolver(document: unknown): Resolve {
  const resolve = (schema: Schema, depth = 0): Schema => {
    if (depth > 32) return {};
    if (schema.$ref !== undefined) {
      const target = pointer(document, schema.$ref);
      return target === null ? {} : resolve(target, depth + 1);
    }
    if (schema.allOf === undefined) return schema;
    const { allOf, ...rest } = schema;
    return allOf.map((part) => resolve(part, depth + 1)).reduce(merge, rest);
  };
  return (schema) => resolve(schema);
}

/** The types a schema names; empty when it names none. */
export function typesOf(schema: Schema): readonly string[] {
  const named = schema.type === undefined ? [] : typeof schema.type === 'string' ? [schema.type] : schema.type;
  if (named.length > 0) return schema.nullable === true ? [...named, 'null'] : named;
  if (schema.properties !== undefined) return ['object'];
  if (schema.items !== undefined || schema.prefixItems !== undefined) return ['array'];
  return [];
}

function pointer(document: unknown, reference: string): Schema | null {
  if (!reference.startsWith('#/')) return null;
  let at: unknown = document;
  for (const step of reference.slice(2).split('/')) {
    at = asObject(at)?.[decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return asObject(at);
}

function merge(left: Schema, right: Schema): Schema {
  return {
    ...left,
    ...right,
    ...(left.properties || right.properties ? { properties: { ...left.properties, ...right.properties } } : {}),
    ...(left.required || right.required ? { required: [...(left.required ?? []), ...(right.required ?? [])] } : {}),
  };
}
