import type { FileEvidence, Finding, Severity, Verdict } from '../pipeline/evidence.ts';
import { bytes, count, plural } from './format.ts';
import type { ValidatedPath } from './validation.ts';
import { waiverText } from './waiver.ts';

/** Columns of the text. */
const width = 100;
/** Clean files that get a line of their own; more are counted. */
const cleanLines = 20;

const colours: Readonly<Record<Verdict, number>> = { clean: 32, unsafe: 31, inconclusive: 33 };
const marks: Readonly<Record<Verdict, string>> = { clean: '✓', unsafe: '✗', inconclusive: '?' };

/**
 * The result of `validate` for a terminal: a line per file, below it what was found, where in bytes, why it matters and how to fix it,
 * and a last line that sums up.
 */
export function validateText(paths: readonly ValidatedPath[], color: boolean): string {
  const paint = (code: number, text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const lines = paths.flatMap((path) => [...pathLines(path, paint), '']);
  const single = lines.filter((line, index) => line !== '' || lines[index - 1] !== '');
  return `${[...single, total(paths, paint)].join('\n')}\n`;
}

type Paint = (code: number, text: string) => string;

function pathLines({ model, verdict }: ValidatedPath, paint: Paint): string[] {
  const { files } = model;
  const only = files.length === 1 ? files[0] : undefined;
  if (only !== undefined && (model.path === only.path || model.path.endsWith(`/${only.path}`))) {
    return fileLines(only, model.path, '', paint);
  }
  const clean = files.filter((file) => file.verdict === 'clean' && file.findings.length === 0);
  const shown = files.filter((file) => !clean.includes(file) || clean.indexOf(file) < cleanLines);
  const title = `${verdictMark(verdict, paint)}  ${paint(1, visible(model.path))}  ${plural(files.length, 'file')}, ${bytes(model.bytes)}`;
  const rest = clean.length > cleanLines ? [`  ... and ${count(clean.length - cleanLines)} more clean files`] : [];
  return [title, ...shown.flatMap((file) => fileLines(file, file.path, '  ', paint)), ...rest];
}

function fileLines(file: FileEvidence, name: string, indent: string, paint: Paint): string[] {
  const facts = `${describeFormat(file)} · ${bytes(file.bytes)}`;
  const line = `${indent}${verdictMark(file.verdict, paint)}  ${paint(1, visible(name))}  ${paint(2, facts)}`;
  const found = groups(file.findings).flatMap((group) => ['', ...groupLines(group, `${indent}  `, paint)]);
  return found.length === 0 ? [line] : [line, ...found, ''];
}

function verdictMark(verdict: Verdict, paint: Paint): string {
  return paint(colours[verdict], `${marks[verdict]} ${verdict}`);
}

function describeFormat({ format, facts }: FileEvidence): string {
  const { protocol, opcodes, tensors, arrays, compression } = facts;
  const parts = [format === 'none' ? 'not read' : format];
  if (typeof compression === 'string') parts.push(`in ${compression}`);
  if (typeof protocol === 'number') parts.push(`protocol ${protocol}`);
  if (typeof opcodes === 'number') parts.push(`${count(opcodes)} opcodes`);
  if (typeof arrays === 'number') parts.push(`${count(arrays)} arrays`);
  if (typeof tensors === 'number') parts.push(`${count(tensors)} tensors`);
  return parts.join(' · ');
}

/** Findings with the same remedy stand together; the remedy is given once. */
function groups(findings: readonly Finding[]): Finding[][] {
  return [...Map.groupBy(findings, ({ hint }) => hint).values()].toSorted((a, b) => rank(b) - rank(a));
}

const severities: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical'];

function rank(group: readonly Finding[]): number {
  return Math.max(...group.map(({ severity }) => severities.indexOf(severity)));
}

function groupLines(group: readonly Finding[], indent: string, paint: Paint): string[] {
  const hint = group[0]?.hint ?? '';
  const findings = group.flatMap((finding) => [...findingLines(finding, indent, paint), '']);
  return [...findings, ...wrap(visible(hint), `${indent}  `, `${paint(36, 'Fix:')} `, 5)];
}

function findingLines(finding: Finding, indent: string, paint: Paint): string[] {
  const { rule, severity, offset, member, message, waived } = finding;
  const where = offset === null ? '' : `byte ${count(offset)} (0x${offset.toString(16)})`;
  const inside = member === undefined ? '' : ` of the ${visible(member)}`;
  const strong = severity === 'critical' || severity === 'high';
  const label = paint(strong ? 31 : severity === 'medium' ? 33 : 2, severity.toUpperCase());
  const place = where === '' ? '' : `  ${paint(1, where)}${inside}`;
  const text = wrap(visible(message), `${indent}  `, '', 0);
  if (waived === undefined) return [`${indent}${label}  ${rule}${place}`, ...text];
  const waiver = waiverText(finding);
  return [
    `${indent}${label}  ${rule}${place}  ${paint(2, '(waived)')}`,
    ...text,
    ...wrap(visible(waiver), `${indent}  `, '', 0),
  ];
}

/** Breaks a text into lines; `lead` of `leadWidth` columns stands before the first, and the others align with it. */
function wrap(text: string, indent: string, lead: string, leadWidth: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + leadWidth + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.map((content, index) => `${indent}${index === 0 ? lead : ' '.repeat(leadWidth)}${content}`);
}

function total(paths: readonly ValidatedPath[], paint: Paint): string {
  const files = paths.flatMap(({ model }) => model.files);
  const parts = (['unsafe', 'inconclusive', 'clean'] as const).flatMap((verdict) => {
    const number = files.filter((file) => file.verdict === verdict).length;
    return number === 0 ? [] : [paint(colours[verdict], `${count(number)} ${verdict}`)];
  });
  const what = files.length === 1 ? '1 file' : `${count(files.length)} files`;
  return `${what}: ${parts.join(', ')}. Nothing was loaded or run.`;
}

/** Names come from whoever made the model: nothing in them may steer the terminal. */
function visible(text: string): string {
  return text.replaceAll(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
