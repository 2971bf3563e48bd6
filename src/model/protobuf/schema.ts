/** How a value of a scalar field is written: `int` covers every varint that is not zigzag-encoded, enumerations too. */
export type Scalar = 'int' | 'bool' | 'sint' | 'fixed32' | 'float' | 'fixed64' | 'double' | 'string' | 'bytes';

export interface Field {
  readonly name: string;
  /** A scalar, or the name of a message. */
  readonly type: string;
  readonly many: boolean;
}

/** The fields of every message by name and number. */
export type Schema = ReadonlyMap<string, ReadonlyMap<number, Field>>;

const scalars: readonly string[] = ['int', 'bool', 'sint', 'fixed32', 'float', 'fixed64', 'double', 'string', 'bytes'];

/**
 * Reads message descriptions, one per line: `Name: 1 field type, 2 list type*`. Throws for descriptions that do not hold
 * together: they are part of the program.
 */
export function parseSchema(text: string): Schema {
  const schema = new Map<string, ReadonlyMap<number, Field>>();
  for (const line of text.trim().split('\n')) {
    const [name = '', rest = ''] = line.split(/: */, 2);
    const fields = new Map<number, Field>();
    for (const part of rest.split(', ').filter((item) => item !== '')) {
      const [number, field, type] = part.trim().split(' ');
      if (number === undefined || field === undefined || type === undefined) throw new Error(`schema: ${line}`);
      fields.set(Number(number), { name: field, type: type.replace('*', ''), many: type.endsWith('*') });
    }
    schema.set(name, fields);
  }
  for (const field of [...schema.values()].flatMap((fields) => [...fields.values()])) {
    if (!scalars.includes(field.type) && !schema.has(field.type)) throw new Error(`schema: no message ${field.type}`);
  }
  return schema;
}

/** Whether the type is a scalar and not a message. */
export function isScalar(type: string): type is Scalar {
  return scalars.includes(type);
}
