import { bytes, count, plural } from './format.ts';
import { escapeMarkdown } from './markdown-parts.ts';
import { waiverText } from './waiver.ts';
import type { ValidatedFile, Validation } from './validation.ts';

const icons = { clean: '✅', unsafe: '⛔', inconclusive: '❔' } as const;
/** A job summary may have 1 MiB; other steps want some of it, too. */
const limitBytes = 900 * 1024;
const cleanRows = 50;

/** The result of `validate` as GitHub Markdown: a table of the files, then what was found in each. Nothing in it can become markup. */
export function validateMarkdown({ verdict, models, files, errors }: Validation): string {
  const size = models.reduce((sum, model) => sum + model.bytes, 0);
  const title = `## ${icons[verdict]} ${verdict}: ${plural(files.length, 'file')}, ${bytes(size)}\n\n`;
  const found = files.filter((file) => file.verdict !== 'clean' || file.findings.length > 0);
  const clean = files.filter((file) => !found.includes(file));
  const shown = [...found, ...clean.slice(0, cleanRows)];
  const rest = clean.length > cleanRows ? `\nand ${count(clean.length - cleanRows)} more clean files\n` : '';
  const broken = errors.map(
    ({ path, code, message }) =>
      `\n**${escapeMarkdown(path)}** could not be judged (${escapeMarkdown(code)}): ${escapeMarkdown(message)}\n`,
  );
  const parts = [...broken, ...found.map(section)];
  const table = `| Verdict | File | Format | Size | Findings |\n| --- | --- | --- | --- | --- |\n${shown.map(row).join('')}${rest}`;
  return `${title}${fit([table, ...parts])}\nNothing was loaded or run.\n`;
}

function row(file: ValidatedFile): string {
  const found = file.findings.length === 0 ? '–' : count(file.findings.length);
  const cells = [`${icons[file.verdict]} ${file.verdict}`, file.path, file.format, bytes(file.bytes), found];
  return `| ${cells.map((cell) => escapeMarkdown(cell)).join(' | ')} |\n`;
}

function section({ path, findings }: ValidatedFile): string {
  const rows = findings.map((finding) => {
    const { severity, rule, offset, member, message, hint } = finding;
    const place = `${member ?? ''}${offset === null ? '' : `${member === undefined ? '' : ', '}byte ${count(offset)}`}`;
    const cells = [severity, rule, place === '' ? '–' : place, `${message} ${waiverText(finding)}`.trim(), hint];
    return `| ${cells.map((cell) => escapeMarkdown(cell)).join(' | ')} |\n`;
  });
  return `\n### ${escapeMarkdown(path)}\n\n| Severity | Rule | Where | What and why | Fix |\n| --- | --- | --- | --- | --- |\n${rows.join('')}`;
}

function fit(parts: readonly string[]): string {
  let text = '';
  for (const [index, part] of parts.entries()) {
    if (Buffer.byteLength(text) + Buffer.byteLength(part) > limitBytes) {
      return `${text}\n${plural(parts.length - index, 'part')} left out: too long for a summary; --format json has everything.\n`;
    }
    text += part;
  }
  return text;
}
