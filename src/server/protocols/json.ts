/** A JSON object, or null for anything else. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}

/** A JSON array, or null for anything else. */
export function asArray(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? (value as unknown[]) : null;
}

/** The value of a JSON text, or what is wrong with it: many servers print numbers that JSON does not have. */
export function parseJson(text: string): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    const token = /(?:^|[\s[:,])(NaN|-?Infinity)(?=[\s\],}]|$)/.exec(text)?.[1];
    return {
      problem: token === undefined ? 'the answer is not JSON' : `the answer is not JSON: it holds ${token}`,
    };
  }
}
