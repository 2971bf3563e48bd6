import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { parse } from 'yaml';

/** What the authors of a model say about it; nobody has checked it. */
export interface Declared {
  readonly task: string | null;
  readonly family: string | null;
  readonly architecture: string | null;
  readonly licenses: readonly string[];
  readonly datasets: readonly string[];
  readonly baseModels: readonly string[];
  readonly languages: readonly string[];
  readonly library: string | null;
  /** Files that say so. */
  readonly sources: readonly string[];
}

/** A file of words that is larger than this is none. Bytes. */
const maxBytes = 4 * 1024 * 1024;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads what a model's own files declare: the head of `README.md` (Hugging Face's model card), `config.json`, `MLmodel` (MLflow). A file
 * that is not there or cannot be read says nothing.
 * @param root folder of the model, or its only file
 * @returns the declarations
 */
export async function declaredFacts(root: string): Promise<Declared> {
  const card = cardHead(await textOf(join(root, 'README.md')));
  const config = fieldsOf(json(await textOf(join(root, 'config.json'))));
  const mlflow = fieldsOf(yaml(await textOf(join(root, 'MLmodel'))));
  const flavors = Object.keys(fieldsOf(mlflow['flavors'])).filter((name) => name !== 'python_function');
  const [architecture = null] = words(config['architectures']);
  return {
    task: word(card['pipeline_tag']),
    family: word(config['model_type']),
    architecture,
    licenses: words(card['license'] === 'other' ? (card['license_name'] ?? 'other') : card['license']),
    datasets: words(card['datasets']),
    baseModels: words(card['base_model']),
    languages: words(card['language']),
    library: word(card['library_name']) ?? flavors[0] ?? null,
    sources: Object.entries({ MLmodel: mlflow, 'README.md': card, 'config.json': config })
      .filter(([, fields]) => Object.keys(fields).length > 0)
      .map(([name]) => name),
  };
}

async function textOf(path: string): Promise<string> {
  try {
    const facts = await stat(path);
    return facts.isFile() && facts.size <= maxBytes ? await readFile(path, 'utf8') : '';
  } catch {
    return '';
  }
}

function cardHead(text: string): Fields {
  return fieldsOf(yaml(/^---\r?\n(.*?)\r?\n---/s.exec(text)?.[1] ?? ''));
}

function yaml(text: string): unknown {
  try {
    // Aliases can make a small text a very large value.
    return parse(text, { maxAliasCount: 0, logLevel: 'silent' }) as unknown;
  } catch {
    return null;
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function word(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

function words(value: unknown): string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.map(word).filter((each) => each !== null);
}
