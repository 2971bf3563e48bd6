import { printable } from '../../printable.ts';
import { Container, Global, Instance, Opaque, Persistent, Tuple, type Value } from './values.ts';

/** A value as Python would write it, shortened, on one line, safe to print: control characters are escaped. */
export function describe(value: Value, depth = 2): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return quoted(value);
  if (value instanceof Tuple) return tuple(value, depth);
  if (value instanceof Container)
    return { list: '[...]', dict: '{...}', set: '{...}', frozenset: 'frozenset(...)' }[value.kind];
  if (value instanceof Global) return printable(value.path);
  if (value instanceof Instance) return value.type === null ? '<object>' : `<${printable(value.type.name)}>`;
  if (value instanceof Persistent) return '<persistent>';
  return opaque(value);
}

function quoted(text: string): string {
  const escaped = printable(text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n'));
  return escaped.includes("'") && !escaped.includes('"') ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`;
}

function tuple(value: Tuple, depth: number): string {
  if (value.items === null || depth === 0) return '(...)';
  const shown = value.items.slice(0, 4).map((item) => describe(item, depth - 1));
  if (value.items.length > 4) shown.push('...');
  return `(${shown.join(', ')}${value.items.length === 1 ? ',' : ''})`;
}

function opaque(value: Opaque): string {
  if (value.type === 'bytes' && value.text !== null) return `b${quoted(value.text)}`;
  return (
    { float: '<float>', integer: '<int>', unknown: '<value>' }[value.type as string] ??
    `<${value.type} of ${value.length} bytes>`
  );
}

/** The arguments of a call, with its parentheses. */
export function describeArguments(args: Value): string {
  if (!(args instanceof Tuple)) return `(*${describe(args)})`;
  return describe(args).replace(/,\)$/, ')');
}
