import { asObject } from '../json.ts';
import { type Resolve, type Schema } from './schema.ts';

/** The operation that asks the model. */
export interface Operation {
  readonly path: string;
  readonly request: Schema;
  /** Schema of the 200 answer; null when the description has none. */
  readonly answer: Schema | null;
}

const usualNames = [/predict/, /invocations/, /infer/, /score/, /generate/];

/**
 * Finds the operation that asks the model: a POST with a JSON body; `/predict` before all others, else the only one, else the first
 * with a usual name. Returns why not, as text, when the choice is not clear.
 */
export function findOperation(document: unknown, resolve: Resolve): Operation | string {
  const paths = asObject(asObject(document)?.['paths']);
  if (paths === null) return 'it has no `paths`';
  const operations = Object.entries(paths).flatMap(([path, item]) => {
    const operation = asObject(asObject(item)?.['post']);
    const request = jsonSchema(operation?.['requestBody'], resolve);
    if (request === null) return [];
    return [{ path, request, answer: answerSchema(operation?.['responses'], resolve) }];
  });
  const only = operations.length === 1 ? operations[0] : undefined;
  const found =
    operations.find(({ path }) => path === '/predict') ??
    only ??
    usualNames.map((name) => operations.find(({ path }) => name.test(path))).find((one) => one !== undefined);
  if (found !== undefined) return found;
  return operations.length === 0
    ? 'no POST operation in it takes a JSON body'
    : `none of its POST operations (${operations.map(({ path }) => path).join(', ')}) is named like a prediction`;
}

function answerSchema(responses: unknown, resolve: Resolve): Schema | null {
  const all = asObject(responses);
  return jsonSchema(all?.['200'] ?? all?.['2XX'] ?? all?.['201'], resolve);
}

function jsonSchema(holder: unknown, resolve: Resolve): Schema | null {
  const content = asObject(asObject(resolve(asObject(holder) ?? {}))?.['content']);
  const media = Object.entries(content ?? {}).find(([type]) => /^application\/(.*\+)?json/.test(type));
  return media === undefined ? null : asObject(asObject(media[1])?.['schema']);
}
