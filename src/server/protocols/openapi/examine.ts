import { asObject } from '../json.ts';
import { typesOf, type Resolve, type Schema } from './schema.ts';

const mostProblems = 5;

/**
 * What is wrong with an answer: values that its schema does not allow, numbers that are not finite, null inside an array (the way
 * many JSON writers print NaN) unless the schema allows it, and ragged arrays. Own and small on purpose: the schema comes from the
 * program under test, and validators that generate code must not be fed schemas of strangers.
 */
export function examine(schema: Schema | null, body: unknown, resolve: Resolve): readonly string[] {
  return problems(schema ?? {}, body, '', resolve, false).slice(0, mostProblems);
}

function problems(unresolved: Schema, value: unknown, path: string, resolve: Resolve, inArray: boolean): string[] {
  const schema = resolve(unresolved);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches !== undefined) {
    const found = branches.map((branch) => problems(branch, value, path, resolve, inArray));
    return found.reduce((best, next) => (next.length < best.length ? next : best), found[0] ?? []);
  }
  const types = typesOf(schema);
  if (types.length > 0 && !types.some((type) => hasType(value, type))) {
    return [`${place(path)} is ${describe(value)}, its schema says ${types.join(' or ')}`];
  }
  if (schema.const !== undefined && value !== schema.const) {
    return [`${place(path)} is ${describe(value)}, not ${JSON.stringify(schema.const)}`];
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    return [`${place(path)} is ${describe(value)}, not one of ${JSON.stringify(schema.enum)}`];
  }
  if (typeof value === 'number') return ofNumber(schema, value, path);
  if (value === null) {
    return inArray && !types.includes('null') ? [`${place(path)} is null, which is how NaN is often written`] : [];
  }
  if (Array.isArray(value)) return ofArray(schema, value, path, resolve);
  const object = asObject(value);
  return object === null ? [] : ofObject(schema, object, path, resolve);
}

function ofNumber(schema: Schema, value: number, path: string): string[] {
  if (!Number.isFinite(value)) return [`${place(path)} is not a finite number`];
  if (schema.minimum !== undefined && value < schema.minimum) return [`${place(path)} is below ${schema.minimum}`];
  if (schema.maximum !== undefined && value > schema.maximum) return [`${place(path)} is above ${schema.maximum}`];
  return [];
}

function ofArray(schema: Schema, value: readonly unknown[], path: string, resolve: Resolve): string[] {
  const found: string[] = [];
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    found.push(`${place(path)} has ${value.length} items, its schema wants at least ${schema.minItems}`);
  }
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    found.push(`${place(path)} has ${value.length} items, its schema allows ${schema.maxItems}`);
  }
  const lengths = new Set(value.map((item) => (Array.isArray(item) ? item.length : -1)));
  if (lengths.size > 1) found.push(`${place(path)} is ragged: its items have different lengths`);
  for (const [index, item] of value.entries()) {
    if (found.length >= mostProblems) break;
    found.push(
      ...problems(schema.prefixItems?.[index] ?? schema.items ?? {}, item, `${path}[${index}]`, resolve, true),
    );
  }
  return found;
}

function ofObject(schema: Schema, value: Readonly<Record<string, unknown>>, path: string, resolve: Resolve): string[] {
  const missing = (schema.required ?? [])
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => `${place(join(path, name))} is missing`);
  return Object.entries(value).reduce(
    (found, [name, item]) =>
      found.concat(problems(schema.properties?.[name] ?? {}, item, join(path, name), resolve, false)),
    missing,
  );
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function place(path: string): string {
  return path === '' ? 'the answer' : path;
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return asObject(value) !== null;
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  const type = typeof value;
  if (type === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > 40 ? `a long ${type}` : text;
}
