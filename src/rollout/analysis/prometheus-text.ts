import { MlDeployError } from '../../errors.ts';

/** One sample line of the Prometheus text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Exposition {
  readonly samples: readonly Sample[];
  /** Names with a `# TYPE` line; a labelled metric without any series yet has only that. */
  readonly types: ReadonlySet<string>;
}

const nameAtCursor = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const labelAtCursor = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\\n]|\\[\\"n])*)"\s*/y;
const valueAtEnd = /^[ \t]+(\S+)(?:[ \t]+-?\d+(?:\.\d+)?)?[ \t]*(?:#.*)?$/;

/**
 * Parses the Prometheus text exposition format (version 0.0.4, and OpenMetrics lines as far as they agree). Strict: a line that is not
 * understood is an error, because a misread counter would decide a rollout. Throws `metrics/unreadable` with the line's number.
 */
export function parseExposition(text: string): Exposition {
  const samples: Sample[] = [];
  const types = new Set<string>();
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (trimmed.trim() === '') continue;
    if (trimmed.startsWith('#')) {
      const type = /^# TYPE (\S+)/.exec(trimmed)?.[1];
      if (type !== undefined) types.add(type);
      continue;
    }
    samples.push(parseSample(trimmed, index + 1));
  }
  return { samples, types };
}

function parseSample(line: string, number: number): Sample {
  nameAtCursor.lastIndex = 0;
  const name = nameAtCursor.exec(line)?.[0];
  if (name === undefined) throw unreadable(number, 'no metric name');
  let cursor = name.length;
  const labels: Record<string, string> = {};
  if (line[cursor] === '{') {
    cursor += 1;
    while (line[cursor] !== '}') {
      labelAtCursor.lastIndex = cursor;
      const label = labelAtCursor.exec(line);
      const [, key, value] = label ?? [];
      if (label === null || key === undefined || value === undefined) throw unreadable(number, 'broken labels');
      if (Object.hasOwn(labels, key)) throw unreadable(number, `label ${key} appears twice`);
      Object.defineProperty(labels, key, { value: unescape(value), enumerable: true });
      cursor = labelAtCursor.lastIndex;
      if (line[cursor] === ',') cursor += 1;
      else if (line[cursor] !== '}') throw unreadable(number, 'broken labels');
    }
    cursor += 1;
  }
  const value = parseValue(valueAtEnd.exec(line.slice(cursor))?.[1] ?? ' ');
  if (value === null) throw unreadable(number, 'no number');
  return { name, labels, value };
}

function unescape(value: string): string {
  return value.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}

function parseValue(text: string): number | null {
  if (text === '+Inf' || text === 'Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  if (text === 'NaN') return NaN;
  return /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : null;
}

function unreadable(line: number, what: string): MlDeployError {
  return new MlDeployError({
    code: 'metrics/unreadable',
    kind: 'infrastructure',
    message: `the metrics page is not in the Prometheus text format: line ${line}: ${what}`,
    hint: 'Check what the path and port of the metrics answer.',
  });
}
