import { asObject } from '../json.ts';

/** A body made of rows that somebody wrote down. */
export interface ExampleBatch {
  readonly body: unknown;
  readonly rows: number;
}

interface Parts {
  /** Field that holds the batch; null when the body is the batch itself. */
  readonly field: string | null;
  readonly rows: readonly unknown[];
}

/**
 * Larger batches from request bodies that are known to be right: their rows, over and over. For descriptions that leave the form of a
 * row open. Empty when the bodies have no single array of rows.
 */
export function exampleBatches(examples: readonly unknown[], sizes: readonly number[]): readonly ExampleBatch[] {
  const [first, ...others] = examples;
  const parts = partsOf(first);
  const [row] = parts?.rows ?? [];
  if (parts === null || row === undefined) return [];
  const alike = others.map(partsOf).filter((other) => other?.field === parts.field);
  const form = formOf(row);
  const rows = [parts, ...alike].flatMap((part) => part?.rows ?? []).filter((one) => formOf(one) === form);
  return sizes.map((size) => {
    const batch = Array.from({ length: size }, (_, index) => rows[index % rows.length]);
    return { body: parts.field === null ? batch : { ...asObject(first), [parts.field]: batch }, rows: size };
  });
}

function partsOf(body: unknown): Parts | null {
  if (Array.isArray(body)) return { field: null, rows: body as unknown[] };
  const arrays = Object.entries(asObject(body) ?? {}).filter((entry): entry is [string, unknown[]] =>
    Array.isArray(entry[1]),
  );
  const [only] = arrays;
  return only === undefined || arrays.length > 1 ? null : { field: only[0], rows: only[1] };
}

/** Equal for values of the same form: arrays of the same lengths, objects with the same fields, the same types. */
function formOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formOf).join()}]`;
  const object = asObject(value);
  if (object === null) return value === null ? 'null' : typeof value;
  const fields = Object.keys(object).sort();
  return `{${fields.map((name) => `${name}:${formOf(object[name])}`).join()}}`;
}
