import type { InspectedFile } from '../inspect.ts';
import { parseStrictJson, type Json } from '../strict-json.ts';
import type { Unit } from './unit.ts';

/** The object in a JSON file of the unit; null when it is not one (which the file has its own finding for). */
export async function readObject(unit: Unit, file: InspectedFile): Promise<ReadonlyMap<string, Json> | null> {
  const value = await readJson(unit, file);
  return value instanceof Map ? value : null;
}

/** The value in a JSON file of the unit, with the numbers that only Python reads; null when it does not parse. */
export async function readJson(unit: Unit, file: InspectedFile): Promise<Json> {
  const text = await unit.text(file);
  if (text === null) return null;
  try {
    return parseStrictJson(text, false, true);
  } catch {
    return null;
  }
}
