import { words, type Instruction } from './read.ts';

/** Something in a Dockerfile that is wrong, or that had better be otherwise. */
export interface DockerfileProblem {
  readonly rule: 'secret' | 'model-copied' | 'unpinned-base' | 'root' | 'add-url' | 'no-stage';
  readonly severity: 'error' | 'warning';
  readonly line: number;
  readonly message: string;
}

/** What a Dockerfile is checked against besides its own text. */
export interface DockerfileFacts {
  /** Build arguments that are given from outside. */
  readonly args: Readonly<Record<string, string>>;
  /** Model files that the sources of a COPY would bring into the image; the sources are relative to the build context. */
  readonly modelFilesAt: (source: string) => readonly string[];
}

/**
 * Checks what matters for an image that is deployed.
 * @param instructions of the Dockerfile
 * @param facts about its context
 * @returns problems in the order of the lines
 */
export function checkDockerfile(instructions: readonly Instruction[], facts: DockerfileFacts): DockerfileProblem[] {
  const problems: DockerfileProblem[] = [];
  const stages = instructions.filter(({ name }) => name === 'FROM');
  const last = stages.at(-1);
  if (last === undefined) {
    return [{ rule: 'no-stage', severity: 'error', line: 1, message: 'there is no FROM' }];
  }
  problems.push(...stages.flatMap((stage) => baseProblems(stage, instructions, facts)));
  for (const instruction of instructions) {
    problems.push(...secretProblems(instruction));
    if (instruction.name === 'ADD' || instruction.name === 'COPY') problems.push(...copyProblems(instruction, facts));
  }
  const user = instructions.slice(instructions.indexOf(last)).findLast(({ name }) => name === 'USER');
  if (user !== undefined && /^(root|0)(:|$)/.test(user.text)) {
    const message = `USER ${user.text}: pods run as user 10001 whatever it says, but everybody else who runs the image is root`;
    problems.push({ rule: 'root', severity: 'warning', line: user.line, message });
  }
  return problems.sort((a, b) => a.line - b.line);
}

function baseProblems(
  stage: Instruction,
  instructions: readonly Instruction[],
  { args }: DockerfileFacts,
): DockerfileProblem[] {
  const [written = ''] = words(stage.text);
  const base = expandArguments(written, instructions.slice(0, instructions.indexOf(stage)), args);
  const earlier = instructions
    .slice(0, instructions.indexOf(stage))
    .flatMap(({ name, text }) => (name === 'FROM' ? [/\sAS\s+(\S+)/i.exec(text)?.[1]?.toLowerCase()] : []));
  if (base === 'scratch' || base.includes('$') || earlier.includes(base.toLowerCase())) return [];
  if (/@sha256:[0-9a-f]{64}$/.test(base)) return [];
  const tag = /:([^/:]+)$/.exec(base)?.[1] ?? 'latest';
  const moves = tag === 'latest' ? 'the tag `latest` is another image every few weeks' : 'its tag can move';
  const message = `FROM ${base}: ${moves}; name it by digest (${base.replace(/:[^/:]+$/, '')}:${tag}@sha256:...)`;
  return [{ rule: 'unpinned-base', severity: 'warning', line: stage.line, message }];
}

/**
 * Puts the values of build arguments into a text.
 * @param text with `$NAME` and `${NAME}`; what has no value stays
 * @param before instructions whose ARGs count, with their defaults
 * @param args given from outside
 */
export function expandArguments(
  text: string,
  before: readonly Instruction[],
  args: Readonly<Record<string, string>>,
): string {
  const values = new Map<string, string>();
  for (const { text: declared } of before.filter((each) => each.name === 'ARG')) {
    for (const word of words(declared)) {
      const [key, value] = split(word);
      values.set(key, args[key] ?? value);
    }
  }
  return text.replaceAll(/\$\{(\w+)\}|\$(\w+)/g, (all, braced?: string, bare?: string) => {
    const value = values.get(braced ?? bare ?? '');
    return value === undefined || value === '' ? all : value;
  });
}

function split(word: string): [string, string] {
  const equals = word.indexOf('=');
  return equals < 0 ? [word, ''] : [word.slice(0, equals), word.slice(equals + 1)];
}

/** Names of values that nobody but their owner may know. */
const secretName =
  /(^|_)(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)(_|$)|^(AWS_SECRET|HF_TOKEN)/i;

/** Tokens of a language model, which are words. */
const modelToken = /(^|_)(BOS|EOS|EOT|PAD|UNK|SEP|CLS|MASK|STOP|START|END|BEGIN|FIM|IMAGE|AUDIO|VIDEO)_TOKEN$/i;

/** How sure it is that a variable holds a secret; null: it does not. The value of an ARG is not known. */
function secrecy(name: string, value: string | null): DockerfileProblem['severity'] | null {
  if (!secretName.test(name) || /_(FILE|PATH|URL|ID|NAME)$/i.test(name)) return null;
  if (value !== null && /^(|true|false|yes|no|on|off|none|null)$/i.test(value)) return null;
  if (secretName.test(name.replaceAll(/(?<=^|_)TOKEN(?=_|$)/gi, ''))) return 'error';
  // What is left has the name of a token alone, and there are others than credentials.
  if (value !== null && /^(?=.*\d)(?=.*[a-z])[\w+/=.~-]{16,}$/i.test(value)) return 'error';
  if (modelToken.test(name) || /[<>[\]|\s]/.test(value ?? '')) return null;
  return /_TOKEN$|^TOKEN$/i.test(name) ? 'error' : 'warning';
}

function secretProblems({ name, text, line }: Instruction): DockerfileProblem[] {
  if (name !== 'ARG' && name !== 'ENV') return [];
  // The old form of ENV has one name, and the rest is its value.
  const pairs = name === 'ENV' && !/^\S+=/.test(text) ? [text.replace(/^(\S+)\s+/, '$1=')] : words(text);
  return pairs.flatMap((pair): DockerfileProblem[] => {
    const [key, value] = split(pair);
    const severity = secrecy(key, name === 'ENV' ? value : null);
    if (severity === null) return [];
    const message = `${name} ${key}: whoever has the image can read it; use RUN --mount=type=secret and image.secrets`;
    return [{ rule: 'secret', severity, line, message }];
  });
}

function copyProblems({ name, flags, text, line }: Instruction, facts: DockerfileFacts): DockerfileProblem[] {
  if (flags.some((flag) => flag.startsWith('--from='))) return [];
  const problems: DockerfileProblem[] = [];
  const sources = words(text)
    .slice(0, -1)
    .filter((source) => !source.startsWith('<<'));
  for (const source of sources) {
    if (/^(https?|git|ssh):\/\/|^git@/.test(source)) {
      if (flags.some((flag) => flag.startsWith('--checksum='))) continue;
      const message = `${name} ${source}: what it brings may change; add --checksum=sha256:...`;
      problems.push({ rule: 'add-url', severity: 'warning', line, message });
      continue;
    }
    const [first, ...others] = facts.modelFilesAt(source);
    if (first === undefined) continue;
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    const message = `${name} ${source} copies the model into the image (${first}${more}), which already gets it in layers of its own; list it in .dockerignore`;
    problems.push({ rule: 'model-copied', severity: 'error', line, message });
  }
  return problems;
}
