import { expect, test } from 'vitest';
import { examine } from '../../../../src/server/protocols/openapi/examine.ts';
import { sample } from '../../../../src/server/protocols/openapi/sample.ts';
import { resolver, type Schema } from '../../../../src/server/protocols/openapi/schema.ts';

const make = (schema: Schema, document: unknown = {}, rows = 2) =>
  sample(schema, resolver(document), { rows, seed: 7, lengthAt: () => null });

const columns = { a: { type: 'number' }, b: { type: 'integer', minimum: 3, maximum: 5 } };

test.each<[string, Schema]>([
  ['bounds', { type: 'number', minimum: -5, maximum: -4 }],
  ['open bounds', { type: 'number', exclusiveMinimum: 1, exclusiveMaximum: 2 }],
  ['bounds of OpenAPI 3.0', { type: 'number', minimum: 1, exclusiveMinimum: true }],
  ['a lower bound', { type: 'integer', minimum: 1000 }],
  ['an upper bound', { type: 'integer', maximum: -1000 }],
  ['steps', { type: 'integer', minimum: 1, maximum: 100, multipleOf: 7 }],
  ['an enumeration', { enum: ['cat', 'dog'] }],
  ['a constant', { const: 42 }],
  ['text of a length', { type: 'string', minLength: 20, maxLength: 25 }],
  ['a choice without null', { anyOf: [{ type: 'null' }, { type: 'number' }] }],
  ['a tuple', { type: 'array', prefixItems: [{ type: 'number' }, { type: 'string' }] }],
  ['an object', { type: 'object', required: ['a', 'b'], properties: columns }],
  ['columns', { type: 'object', properties: { a: { type: 'array', items: columns.b } } }],
  [
    'parts',
    { allOf: [{ type: 'object', required: ['a'], properties: { a: columns.a } }, { properties: { b: columns.b } }] },
  ],
])('%s: the sample fits its own schema', (_, schema) => {
  const { body, guesses } = make(schema);
  expect(guesses).toEqual([]);
  expect(examine(schema, body, resolver({}))).toEqual([]);
});

test('the outermost open array is the batch, whatever it is called; a fixed array is none', () => {
  const fixed = { type: 'array', items: { type: 'number' }, minItems: 3, maxItems: 3 };
  expect(make({ type: 'array', items: fixed }, {}, 5)).toMatchObject({ rows: 5 });
  expect(make(fixed, {}, 5)).toMatchObject({ rows: null });
  expect(make({ type: 'array', items: fixed, maxItems: 4 }, {}, 32)).toMatchObject({ rows: 4 });
});

test('unbounded numbers are positive and below 1: defined for nearly every model', () => {
  const { body } = make({ type: 'array', items: { type: 'number' } }, {}, 100);
  expect((body as number[]).every((value) => value > 0 && value < 1)).toBe(true);
  expect(new Set(body as number[]).size).toBeGreaterThan(50);
});

test('a schema that refers to itself ends', () => {
  const document = {
    components: {
      schemas: {
        Node: { type: 'object', required: ['next'], properties: { next: { $ref: '#/components/schemas/Node' } } },
      },
    },
  };
  expect(() => make({ $ref: '#/components/schemas/Node' }, document)).not.toThrow();
  const loop = { components: { schemas: { A: { $ref: '#/components/schemas/A' } } } };
  expect(() => make({ $ref: '#/components/schemas/A' }, loop)).not.toThrow();
});

test('what cannot be known is a guess, and is said', () => {
  expect(make({ type: 'object', required: ['x'], properties: { x: {} } }).guesses).toEqual(['x: its type']);
  expect(make({ type: 'string', pattern: '^[0-9]{4}$' }).guesses).toEqual(['body: its text']);
  expect(make({ type: 'string', pattern: '^[0-9]{4}$', example: '1234' })).toMatchObject({ body: '1234', guesses: [] });
});
