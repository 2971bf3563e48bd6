/** How a value of a scalar field is written: `int` covers every varint that is not zigzag-encoded, enumerations too. */
export type Scalar = 'int' | 'bool' | 'sint' | 'fixed32' | 'float' | 'fixed64' | 'double' | 'string' | 'bytes';

export interface Field {
  readonly name: string;
  /** A `Scalar`, or the name of a message. */
  readonly type: string;
  readonly many: boolean;
  /** How its values are written. */
  readonly wire: Wire;
}

/** `varint`, bytes of a fixed number, text and data with a length in front, or a message. */
export type Wire = 'varint' | 4 | 8 | 'string' | 'bytes' | 'message';

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
      const plain = type.replace('*', '');
      fields.set(Number(number), { name: field, type: plain, many: type.endsWith('*'), wire: wireOf(plain) });
    }
    schema.set(name, fields);
  }
  for (const field of [...schema.values()].flatMap((fields) => [...fields.values()])) {
    if (!scalars.includes(field.type) && !schema.has(field.type)) throw new Error(`schema: no message ${field.type}`);
  }
  return schema;
}

function wireOf(type: string): Wire {
  if (!scalars.includes(type)) return 'message';
  if (type === 'string' || type === 'bytes') return type;
  if (type === 'fixed32' || type === 'float') return 4;
  return type === 'fixed64' || type === 'double' ? 8 : 'varint';
}
