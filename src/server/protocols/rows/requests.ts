import type { TensorSpec } from '../../../pipeline/evidence.ts';
import { batches, batchesUpTo, withinBody } from '../batches.ts';
import { asArray, asObject } from '../json.ts';
import { edgeValuesOf, isOpen, otherSizes } from '../edges.ts';
import type { Ask, Edge, Known } from '../protocol.ts';
import { isBatch, nested, sampleTensor, type SampleWish } from '../tensors.ts';
import { malformedAsk, unreadable } from '../unreadable.ts';

/** Requests made from the contract, or what the contract leaves open. */
export interface RowRequests {
  readonly valid: readonly Ask[];
  readonly edges: readonly Edge[];
  readonly open: string | null;
}

/**
 * Requests of the form `{"instances": [row, ...]}`: a row is the value of the only input, or an object of all inputs. A model without a
 * batch dimension is asked with `{"inputs": ...}`, where the form allows that (TF Serving's columnar form).
 */
export function rowRequests(path: string, known: Known, columnar: boolean): RowRequests {
  const inputs = known.contract?.inputs ?? [];
  if (inputs.length === 0) return { valid: [], edges: [], open: 'the inputs of the model are not known' };
  const batched = inputs.every(isBatch);
  if (!batched && !columnar)
    return { valid: [], edges: [], open: 'the model has no batch dimension, and this form has only rows' };
  const make = (name: string, { rows, ...wish }: Wish): Ask | string => {
    const values = valuesOf(inputs, { rows, ...wish });
    if (typeof values === 'string') return values;
    const body = batched ? { instances: rowsOf(values, rows) } : { inputs: only(values) ?? values };
    return { name, request: { method: 'POST', path, body: JSON.stringify(body) }, rows: batched ? rows : null };
  };
  const sizeOf: Wish['sizeOf'] = (name, dimension) => sizeInExamples(known.examples, name, dimension) ?? known.anySize;
  const asks: Ask[] = [];
  for (const batch of batched ? batchesUpTo(known.maxRows) : batches.slice(0, 2)) {
    const ask = make(batched ? `a generated batch of ${batch.rows}` : 'a generated request', { ...batch, sizeOf });
    if (typeof ask === 'string') return { valid: [], edges: [], open: ask };
    asks.push(ask);
  }
  return { valid: withinBody(asks, known.maxBodyBytes), edges: edgesOf(inputs, batched, sizeOf, make), open: null };
}

type Wish = Omit<SampleWish, 'name'>;

function edgesOf(
  inputs: readonly TensorSpec[],
  batched: boolean,
  sizeOf: Wish['sizeOf'],
  make: (name: string, wish: Wish) => Ask | string,
): readonly Edge[] {
  const one = { rows: 1, seed: 1 };
  const tried: readonly (readonly [name: string, wish: Wish, must: Edge['must']])[] = [
    ...(batched ? [['no rows', { ...one, rows: 0, sizeOf }, 'answer or refuse'] as const] : []),
    ...edgeValuesOf(inputs).map(({ name, of }) => [name, { ...one, sizeOf, elementOf: of }, 'survive'] as const),
    ...(inputs.some(isOpen) ? otherSizes : []).map(
      (size) => [`sizes of ${size}`, { ...one, sizeOf: () => size }, 'survive'] as const,
    ),
  ];
  return tried.flatMap(([name, wish, must]) => {
    const ask = make(name, wish);
    return typeof ask === 'string' ? [] : [{ ask, must }];
  });
}

/**
 * Requests that break the form in one place.
 * @param path where they are sent
 * @param valid one that fits; null: none is known
 * @param known the contract: a row is too long only where its length is fixed
 */
export function malformedRows(path: string, valid: Ask | null, known: Pick<Known, 'contract'>): Ask[] {
  const asks = [
    ...unreadable(path),
    malformedAsk(path, 'an object without its required fields', {}),
    malformedAsk(path, 'a text instead of the rows', { instances: 'rows' }),
  ];
  const body = asObject(JSON.parse(valid?.request.body ?? 'null'));
  const [row, ...others] = asArray(body?.['instances']) ?? [];
  const changed = (name: string, value: unknown): Ask =>
    malformedAsk(path, name, { ...body, instances: [value, ...others] });
  const textual = brokenRow(row, (values) => ['not a number', ...values.slice(1)]);
  if (textual !== null) asks.push(changed('a text where a number belongs', textual));
  const inputs = known.contract?.inputs ?? [];
  const fixed = inputs.length > 0 && !inputs.some(isOpen);
  const longer = fixed ? brokenRow(row, (values) => [...values, values[0]]) : null;
  if (longer !== null) asks.push(changed('one value too many in a row', longer));
  const named = Object.entries(asObject(row) ?? {});
  if (named.length > 1) asks.push(changed('a row without one of its inputs', Object.fromEntries(named.slice(1))));
  return asks;
}

/** A row with its first list of numbers changed; null when it has none. */
function brokenRow(row: unknown, change: (values: readonly unknown[]) => unknown[]): unknown {
  const values = asArray(row);
  if (values !== null) return typeof values[0] === 'number' ? change(values) : null;
  const found = Object.entries(asObject(row) ?? {}).find(([, value]) => typeof asArray(value)?.[0] === 'number');
  return found === undefined ? null : { ...asObject(row), [found[0]]: change(asArray(found[1]) ?? []) };
}

function valuesOf(inputs: readonly TensorSpec[], wish: Wish): Record<string, unknown> | string {
  const values: Record<string, unknown> = {};
  for (const [index, spec] of inputs.entries()) {
    const tensor = sampleTensor(spec, { ...wish, seed: wish.seed * 100 + index });
    if (typeof tensor === 'string') return tensor;
    values[spec.name] = nested(tensor);
  }
  return values;
}

function rowsOf(values: Readonly<Record<string, unknown>>, rows: number): unknown[] {
  const single = only(values);
  if (single !== null) return [...(asArray(single) ?? [])];
  return Array.from({ length: rows }, (_, index) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, asArray(value)?.[index]])),
  );
}

/** The value of the only input; null when there are several. */
function only(values: Readonly<Record<string, unknown>>): unknown {
  const [first, ...others] = Object.values(values);
  return others.length === 0 ? first : null;
}

/** Dimension 0 is the row, which is inside `instances` already. */
function sizeInExamples(examples: readonly unknown[], name: string, dimension: number): number | null {
  for (const example of examples) {
    let value = asArray(asObject(example)?.['instances'])?.[0];
    value = asObject(value)?.[name] ?? value;
    for (let depth = 1; depth < dimension; depth++) value = asArray(value)?.[0];
    const size = asArray(value)?.length;
    if (size !== undefined) return size;
  }
  return null;
}
