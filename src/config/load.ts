import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { MlDeployError } from '../errors.ts';
import { checkAgainstSchema } from './check.ts';
import type { Config } from './config.ts';
import type { MlDeployFile } from './generated/file.ts';
import { parseYaml, plainValue } from './located.ts';
import type { LocatedMap } from './located.ts';
import { defaultConfigName } from './name.ts';
import { nearest } from './nearest.ts';
import { overlay } from './overlay.ts';
import { problemsError } from './problems.ts';
import { resolve } from './resolve.ts';
import { checkRules } from './rules.ts';

/**
 * Reads mldeploy.yaml and lays `environment` (a key of `environments`, or null) over it. Throws `config/not-found`, `config/unreadable`, `config/invalid`
 * (all problems at once, with their places) or `config/unknown-environment`; `name` is what messages call the file.
 */
export async function loadConfig(path: string, environment: string | null, name = path): Promise<Config> {
  let content: Buffer;
  try {
    content = await readFile(path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      throw new MlDeployError({
        code: 'config/not-found',
        kind: 'usage',
        message: `there is no ${name}`,
        hint: 'Write one with `ml-deploy init`, or name another with --config FILE.',
        cause,
      });
    }
    const folder = cause instanceof Error && 'code' in cause && cause.code === 'EISDIR';
    throw new MlDeployError({
      code: 'config/unreadable',
      kind: 'usage',
      message: folder
        ? `${name} is a folder, and the configuration is a file`
        : `${name} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: folder
        ? `Name the file in it: --config ${name.replace(/\/+$/, '')}/${defaultConfigName}`
        : 'Check its permissions, or name another with --config FILE.',
      cause,
    });
  }
  if (!isUtf8(content) || content.includes(0)) {
    throw new MlDeployError({
      code: 'config/unreadable',
      kind: 'usage',
      message: `${name} is not a text file in UTF-8 (${content.length.toLocaleString('en-US')} bytes); expected YAML`,
      hint: 'Name the configuration with --config FILE; `ml-deploy init` writes one. A model is named by model.path in it.',
    });
  }
  return parseConfig(content.toString('utf8'), name, environment);
}

/** As loadConfig, for text that is already there; `file` is its name in messages. */
export function parseConfig(text: string, file: string, environment: string | null): Config {
  const { root, problems } = parseYaml(text);
  // A misread structure would only lead to errors that nobody made.
  if (problems.some((problem) => problem.path === '')) throw problemsError(file, problems);
  if (root.kind !== 'map') {
    throw problemsError(file, [
      {
        rank: 'syntax',
        at: root.at,
        path: '',
        message: 'found no keys',
        expected: 'expected `version: 1`, `name`, `model`, `image`',
      },
    ]);
  }
  const found = [...problems, ...checkAgainstSchema(root)];
  if (found.length > 0) throw problemsError(file, found);

  const over = environment === null ? null : environmentOf(root, file, environment);
  const chosen = over === null ? root : overlay(root, over);
  const effective = withoutEnvironments(chosen);
  const merged = checkAgainstSchema(effective);
  if (merged.length > 0) throw problemsError(file, merged);

  const config = resolve(plainValue(effective) as MlDeployFile, environment);
  const violations = checkRules(config, effective, over);
  if (violations.length > 0) throw problemsError(file, violations);
  return config;
}

/**
 * The environments of a file that loadConfig accepts.
 * @param path of the file
 * @returns keys of `environments`, sorted
 */
export async function environmentNames(path: string): Promise<string[]> {
  const { root } = parseYaml(await readFile(path, 'utf8'));
  const environments = root.kind === 'map' ? root.entries.get('environments')?.node : undefined;
  return environments?.kind === 'map' ? [...environments.entries.keys()].sort() : [];
}

function environmentOf(root: LocatedMap, file: string, name: string): LocatedMap {
  const environments = root.entries.get('environments')?.node;
  const known = environments?.kind === 'map' ? environments.entries : new Map<string, never>();
  const entry = known.get(name);
  if (entry !== undefined) {
    // `production:` with nothing below changes nothing.
    return entry.node.kind === 'map' ? entry.node : { kind: 'map', at: entry.keyAt, entries: new Map() };
  }
  const names = [...known.keys()];
  const meant = nearest(name, names);
  throw new MlDeployError({
    code: 'config/unknown-environment',
    kind: 'usage',
    message: `${file} has no environment \`${name}\`${meant === null ? '' : `; did you mean \`${meant}\`?`}  known: ${names.length === 0 ? 'none' : names.join(', ')}`,
    hint: `Add it under \`environments:\`, or leave --environment out.`,
  });
}

function withoutEnvironments(root: LocatedMap): LocatedMap {
  return { ...root, entries: new Map([...root.entries].filter(([key]) => key !== 'environments')) };
}
