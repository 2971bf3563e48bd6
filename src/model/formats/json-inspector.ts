import { isAscii } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { printable } from '../../printable.ts';
import { JsonError, parseStrictJson, type Json } from '../strict-json.ts';
import { codeKey } from './code-keys.ts';
import { leftOutPath } from '../left-out.ts';
import type { Inspected, InspectContext, Inspector } from './format.ts';
import { Whole } from './whole.ts';
import { XgboostModel } from './xgboost-model.ts';

/** Largest JSON document that is parsed. Bytes. */
const maxBytes = 64 * 1024 * 1024;

/** What Hugging Face libraries write and read with Python's json module, for which NaN and Infinity are numbers. */
const readByPython = /^(.+_)?(config|state|results|metrics)\.json$/;
/** Vocabularies have texts of any kind, and name no files. */
const vocabulary = /vocab|^tokenizer\.json$|^(added|special)_tokens/;

/** Checks a JSON document. */
export function inspectJson(context: InspectContext): Inspector {
  return new Whole(maxBytes, (content, bytes) => judge(context, content, bytes));
}

async function judge(context: InspectContext, content: Buffer | null, bytes: number): Promise<Inspected> {
  const { findings } = context;
  if (content === null) {
    findings.add('json/invalid', null, `The document has ${bytes} bytes; more than ${maxBytes} are not parsed.`);
    return { format: 'json', facts: {} };
  }
  const value = parse(context, content);
  if (value === undefined) return { format: 'json', facts: {} };
  const key = codeKey(value);
  if (key !== null) findings.add('json/remote-code', null, `The key ${key} names program code.`);
  const left = vocabulary.test(context.head.name) ? null : leftOutPath(value);
  if (left !== null) findings.add('file/left-out', null, `It names ${printable(left)}.`);
  if (isKeras(value)) {
    const { checkConfig } = await import('./keras/config.ts');
    const { Rulings } = await import('../pickle/rulings.ts');
    checkConfig(value, findings, new Rulings(context.policy));
  }
  for (const [name, template] of chatTemplates(value)) {
    const { judgeTemplate } = await import('../templates/chat-template.ts');
    for (const { rule, message } of judgeTemplate(template)) findings.add(rule, null, `${name}: ${message}`);
  }
  if (value instanceof Map && value.has('learner')) return new XgboostModel(findings).check(value, 'xgboost-json');
  return { format: 'json', facts: {} };
}

function parse({ findings, head }: InspectContext, content: Buffer): Json | undefined {
  let text: string | undefined;
  try {
    // A byte for each character; the decoder takes two and a copy.
    text = isAscii(content) ? content.toString('latin1') : new TextDecoder('utf-8', { fatal: true }).decode(content);
    return parseStrictJson(text);
  } catch (error) {
    const read = text !== undefined && readByPython.test(head.name) ? asPython(text) : undefined;
    if (read !== undefined) return read;
    const where = error instanceof JsonError ? error.offset : null;
    findings.add('json/invalid', where, `The document ${error instanceof JsonError ? error.message : 'is not UTF-8'}.`);
    return undefined;
  }
}

/** The value as Python reads it; undefined when that fails too, or when it is one of a library with a reader of its own. */
function asPython(text: string): Json | undefined {
  try {
    const value = parseStrictJson(text, false, true);
    return isKeras(value) || (value instanceof Map && value.has('learner')) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** An object of Keras by itself, such as the layers of a model without their weights, and the same for TensorFlow.js. */
function isKeras(value: Json): boolean {
  if (!(value instanceof Map)) return false;
  const object: ReadonlyMap<string, Json> = value;
  return (typeof object.get('class_name') === 'string' && object.has('config')) || object.has('modelTopology');
}

/** The templates of a tokenizer configuration: one text, or a list of named ones, or an object of them. */
function chatTemplates(value: Json): (readonly [name: string, template: string])[] {
  const found: (readonly [string, string])[] = [];
  if (!(value instanceof Map)) return found;
  const templates: Json | undefined = (value as ReadonlyMap<string, Json>).get('chat_template');
  const collect = (name: string, template: Json | undefined): void => {
    if (typeof template === 'string') found.push([name, template]);
  };
  collect('chat_template', templates);
  if (templates instanceof Map) {
    for (const [name, template] of templates as ReadonlyMap<string, Json>) {
      collect(`chat_template ${printable(name)}`, template);
    }
  } else if (Array.isArray(templates)) {
    for (const entry of templates as readonly Json[]) {
      if (!(entry instanceof Map)) continue;
      const fields: ReadonlyMap<string, Json> = entry;
      const name = fields.get('name');
      collect(`chat_template ${typeof name === 'string' ? printable(name) : ''}`.trim(), fields.get('template'));
    }
  }
  return found;
}
